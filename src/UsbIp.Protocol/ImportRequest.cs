namespace UsbIp.Protocol;

/// <summary>OP_REQ_IMPORT: asks for one device (kernel: struct op_import_request behind an op_common).</summary>
/// <param name="BusId">The device.</param>
/// <param name="Offered">What the client can do beyond USB/IP, see <see cref="ExtensionTail"/>.</param>
public readonly record struct ImportRequest(BusId BusId, Extensions Offered = Extensions.None)
{
    public const int Size = OperationHeader.Size + ProtocolConstants.BusIdFieldSize;

    /// <summary>Reads what follows the <see cref="OperationHeader"/>: the 32 bytes of the busid field.</summary>
    /// <exception cref="ProtocolException">The field holds no busid.</exception>
    public static ImportRequest ReadBody(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        return new ImportRequest(BusId.Read(ref wire), ExtensionTail.ReadOffer(bytes));
    }

    /// <summary>Writes the whole message, header included.</summary>
    public void Write(Span<byte> bytes)
    {
        new OperationHeader(OperationCode.ImportRequest, OperationStatus.Ok).Write(bytes);
        var wire = new WireWriter(bytes[OperationHeader.Size..]);
        wire.Text(BusId.ToString(), ProtocolConstants.BusIdFieldSize);
        if (Offered != Extensions.None)
        {
            ExtensionTail.WriteOffer(bytes[OperationHeader.Size..Size], Offered);
        }
    }
}
