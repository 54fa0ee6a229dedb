namespace UsbIp.Protocol;

/// <summary>OP_REP_IMPORT: the granted device, or why not. On refusal nothing follows the eight bytes of the header.</summary>
public static class ImportReply
{
    /// <summary>Bytes of a grant: header and device record.</summary>
    public const int Size = OperationHeader.Size + DeviceRecord.Size;

    /// <summary>Writes a grant.</summary>
    public static void WriteGrant(Span<byte> bytes, DeviceRecord device)
    {
        new OperationHeader(OperationCode.ImportReply, OperationStatus.Ok).Write(bytes);
        device.Write(bytes[OperationHeader.Size..]);
    }

    /// <summary>Writes a refusal: <see cref="OperationHeader.Size"/> bytes.</summary>
    public static void WriteRefusal(Span<byte> bytes, OperationStatus reason) =>
        new OperationHeader(OperationCode.ImportReply, reason).Write(bytes);
}
