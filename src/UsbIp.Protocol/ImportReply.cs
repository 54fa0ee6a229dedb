namespace UsbIp.Protocol;

/// <summary>OP_REP_IMPORT: the granted device, or why not. On refusal nothing follows the eight bytes of the header.</summary>
public static class ImportReply
{
    /// <summary>Bytes of a grant: header and device record.</summary>
    public const int Size = OperationHeader.Size + DeviceRecord.Size;

    /// <summary>Writes a grant.</summary>
    /// <param name="bytes">At least <see cref="Size"/>.</param>
    /// <param name="device">What is granted.</param>
    /// <param name="accepted">What the host will do of what the client offered, see <see cref="ExtensionTail"/>.</param>
    public static void WriteGrant(Span<byte> bytes, DeviceRecord device, Extensions accepted = Extensions.None)
    {
        new OperationHeader(OperationCode.ImportReply, OperationStatus.Ok).Write(bytes);
        device.Write(bytes[OperationHeader.Size..]);
        if (accepted != Extensions.None)
        {
            ExtensionTail.WriteAnswer(bytes.Slice(OperationHeader.Size, ProtocolConstants.PathFieldSize), accepted);
        }
    }

    /// <summary>Writes a refusal: <see cref="OperationHeader.Size"/> bytes.</summary>
    public static void WriteRefusal(Span<byte> bytes, OperationStatus reason) =>
        new OperationHeader(OperationCode.ImportReply, reason).Write(bytes);
}
