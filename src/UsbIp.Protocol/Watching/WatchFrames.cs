using System.Buffers.Binary;

namespace UsbIp.Protocol.Watching;

/// <summary>Whole frames, header included, ready to be sent.</summary>
public static class WatchFrames
{
    public static byte[] Snapshot(int devices) => Number(WatchFrameKind.Snapshot, (uint)devices);

    public static byte[] Overflow(long lost) => Number(WatchFrameKind.Overflow, (uint)Math.Min(lost, uint.MaxValue));

    public static byte[] Heartbeat() => Frame(WatchFrameKind.Heartbeat, 0);

    public static byte[] Of(in WatchedDevice device)
    {
        var frame = Frame(WatchFrameKind.Device, WatchedDevice.Size);
        device.Write(frame.AsSpan(WatchFrameHeader.Size));
        return frame;
    }

    public static byte[] Of(in WatchedEvent what)
    {
        var frame = Frame(WatchFrameKind.Event, WatchedEvent.Size);
        what.Write(frame.AsSpan(WatchFrameHeader.Size));
        return frame;
    }

    /// <summary>The number that is the body of a snapshot or an overflow.</summary>
    public static uint ReadNumber(ReadOnlySpan<byte> body) => BinaryPrimitives.ReadUInt32BigEndian(body);

    private static byte[] Number(WatchFrameKind kind, uint number)
    {
        var frame = Frame(kind, sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(WatchFrameHeader.Size), number);
        return frame;
    }

    private static byte[] Frame(WatchFrameKind kind, int length)
    {
        var frame = new byte[WatchFrameHeader.Size + length];
        new WatchFrameHeader(kind, length).Write(frame);
        return frame;
    }
}
