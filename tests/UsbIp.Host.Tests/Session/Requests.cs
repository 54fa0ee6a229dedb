using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Session;

/// <summary>Requests as a Linux client sends them.</summary>
internal static class Requests
{
    public static SubmitRequest In(uint seqnum, byte endpoint, int length) =>
        new(seqnum, default, UrbDirection.In, endpoint, TransferFlags.None, length, 0, 0, 0, default);

    public static SubmitRequest Out(uint seqnum, byte endpoint, int length) =>
        new(seqnum, default, UrbDirection.Out, endpoint, TransferFlags.None, length, 0, 0, 0, default);

    public static SubmitRequest Control(uint seqnum, byte requestType, byte request, ushort value = 0, ushort index = 0, ushort length = 0)
    {
        var setup = new SetupPacket(requestType, request, value, index, length);
        var direction = setup.IsIn && length > 0 ? UrbDirection.In : UrbDirection.Out;
        return new SubmitRequest(seqnum, default, direction, 0, TransferFlags.None, length, 0, 0, 0, setup);
    }

    public static SubmitRequest Iso(uint seqnum, UrbDirection direction, byte endpoint, int length, int packets) =>
        new(seqnum, default, direction, endpoint, TransferFlags.None, length, 0, packets, 1, default);

    public static byte[] Pattern(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
