namespace UsbIp.Protocol;

/// <summary>The eight bytes that begin every operation message (kernel: struct op_common).</summary>
public readonly record struct OperationHeader(OperationCode Code, OperationStatus Status)
{
    public const int Size = 8;

    /// <exception cref="ProtocolException">The version is not 1.1.1.</exception>
    public static OperationHeader Read(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        var version = wire.U16();
        if (version != ProtocolConstants.Version)
        {
            throw new ProtocolException(
                $"The peer speaks USB/IP version 0x{version:x4}; this program speaks 0x{ProtocolConstants.Version:x4} (1.1.1).");
        }

        return new OperationHeader((OperationCode)wire.U16(), (OperationStatus)wire.U32());
    }

    public void Write(Span<byte> bytes)
    {
        var wire = new WireWriter(bytes);
        wire.U16(ProtocolConstants.Version);
        wire.U16((ushort)Code);
        wire.U32((uint)Status);
    }
}
