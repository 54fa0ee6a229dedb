namespace UsbIp.Protocol;

/// <summary>
/// The 20 bytes that begin every URB-phase message (kernel: struct usbip_header_basic). In replies <see cref="DeviceId"/>,
/// <see cref="Direction"/> and <see cref="Endpoint"/> are zero and mean nothing.
/// </summary>
public readonly record struct UrbHeader(UrbCommand Command, uint Seqnum, DeviceId DeviceId, UrbDirection Direction, byte Endpoint)
{
    public const int Size = 20;

    /// <summary>The highest endpoint number.</summary>
    public const uint MaxEndpoint = 15;

    /// <exception cref="ProtocolException">The command, the direction or the endpoint is none.</exception>
    public static UrbHeader Read(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        var command = wire.U32();
        var seqnum = wire.U32();
        if (command is (uint)UrbCommand.Ping or (uint)UrbCommand.Pong or (uint)UrbCommand.GiveWayQuestion or (uint)UrbCommand.GiveWayAnswer)
        {
            return new UrbHeader((UrbCommand)command, seqnum, default, UrbDirection.Out, 0);
        }

        if (command is < (uint)UrbCommand.Submit or > (uint)UrbCommand.UnlinkReply)
        {
            throw new ProtocolException($"Message with seqnum {seqnum}: command 0x{command:x} is none of CMD_SUBMIT 1, CMD_UNLINK 2, RET_SUBMIT 3, RET_UNLINK 4.");
        }

        if (command is (uint)UrbCommand.SubmitReply or (uint)UrbCommand.UnlinkReply)
        {
            // Some servers echo the request's devid, direction and endpoint here; nobody needs them.
            return new UrbHeader((UrbCommand)command, seqnum, default, UrbDirection.Out, 0);
        }

        var deviceId = wire.U32();
        var direction = wire.U32();
        var endpoint = wire.U32();
        if (direction > (uint)UrbDirection.In)
        {
            throw new ProtocolException($"{KernelName((UrbCommand)command)} seqnum {seqnum}: direction {direction} is neither OUT 0 nor IN 1.");
        }

        if (endpoint > MaxEndpoint)
        {
            throw new ProtocolException($"{KernelName((UrbCommand)command)} seqnum {seqnum}: ep {endpoint} exceeds the highest endpoint number {MaxEndpoint}.");
        }

        return new UrbHeader((UrbCommand)command, seqnum, new DeviceId(deviceId), (UrbDirection)direction, (byte)endpoint);
    }

    public void Write(Span<byte> bytes)
    {
        var wire = new WireWriter(bytes);
        wire.U32((uint)Command);
        wire.U32(Seqnum);
        wire.U32(DeviceId.Value);
        wire.U32((uint)Direction);
        wire.U32(Endpoint);
    }

    // Only requests are read further than their command.
    private static string KernelName(UrbCommand request) => request == UrbCommand.Submit ? "CMD_SUBMIT" : "CMD_UNLINK";
}
