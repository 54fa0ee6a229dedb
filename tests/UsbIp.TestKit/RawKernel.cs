using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.TestKit;

/// <summary>
/// Plays vhci_hcd on one end of a socketpair: sends requests as it does (header, data, packet table) and gives every reply to a strict
/// <see cref="KernelModel"/>. Owns the socket.
/// </summary>
public sealed class RawKernel : IDisposable
{
    private readonly Socket _socket;
    private byte[] _received = new byte[256 * 1024];
    private int _filled;
    private uint _seqnum;

    public RawKernel(Socket socket, uint firstSeqnum = 1)
    {
        (_socket, _seqnum) = (socket, firstSeqnum);
        socket.ReceiveTimeout = 20_000; // a test that would wait for ever fails instead
        socket.SendTimeout = 20_000;
    }

    public KernelModel Model { get; } = new();

    public DeviceId DeviceId { get; init; } = new(1, 2);

    public uint SubmitIn(byte endpoint, int length, SetupPacket setup = default) =>
        Submit(UrbDirection.In, endpoint, length, [], [], setup);

    public uint SubmitOut(byte endpoint, ReadOnlySpan<byte> data, SetupPacket setup = default) =>
        Submit(UrbDirection.Out, endpoint, data.Length, data, [], setup);

    public uint SubmitIso(UrbDirection direction, byte endpoint, int length, IsoPacket[] packets) =>
        Submit(direction, endpoint, length, direction == UrbDirection.Out ? new byte[length] : [], packets, default);

    public uint Unlink(uint target)
    {
        var request = new UnlinkRequest(_seqnum++, DeviceId, target);
        Span<byte> bytes = stackalloc byte[UnlinkRequest.Size];
        request.Write(bytes);
        Model.Unlinked(request.Seqnum, target);
        Send(bytes);
        return request.Seqnum;
    }

    /// <summary>The bytes of a CMD_SUBMIT that the model then waits for; for tests that send several at once, or parts of one.</summary>
    public byte[] Compose(UrbDirection direction, byte endpoint, int length, ReadOnlySpan<byte> data, IsoPacket[] packets, SetupPacket setup)
    {
        var request = new SubmitRequest(_seqnum++, DeviceId, direction, endpoint, TransferFlags.None, length, 0, packets.Length, 0, setup);
        var bytes = new byte[SubmitRequest.Size + data.Length + (packets.Length * IsoPacket.Size)];
        request.Write(bytes);
        data.CopyTo(bytes.AsSpan(SubmitRequest.Size));
        for (var index = 0; index < packets.Length; index++)
        {
            packets[index].Write(bytes.AsSpan(SubmitRequest.Size + data.Length + (index * IsoPacket.Size)));
        }

        Model.Submitted(request, packets);
        return bytes;
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    /// <summary>The next reply, or null at the end of the stream, which must lie between two replies.</summary>
    public KernelReply? Receive()
    {
        while (true)
        {
            var reply = Model.Accept(_received.AsSpan(0, _filled), out var size);
            if (reply is not null)
            {
                _filled -= size;
                _received.AsSpan(size, _filled).CopyTo(_received);
                return reply;
            }

            if (size > _received.Length)
            {
                Array.Resize(ref _received, size);
            }

            var count = _socket.Receive(_received.AsSpan(_filled));
            if (count == 0)
            {
                return _filled == 0 ? null : throw new KernelUnpluggedException($"the stream ended {_filled} bytes into a reply");
            }

            _filled += count;
        }
    }

    /// <summary>Whether something can be read, or comes within the time.</summary>
    public bool Poll(TimeSpan wait) => _socket.Poll(wait, SelectMode.SelectRead);

    public void Dispose() => _socket.Dispose();

    private uint Submit(UrbDirection direction, byte endpoint, int length, ReadOnlySpan<byte> data, IsoPacket[] packets, SetupPacket setup)
    {
        var seqnum = _seqnum;
        Send(Compose(direction, endpoint, length, data, packets, setup));
        return seqnum;
    }
}
