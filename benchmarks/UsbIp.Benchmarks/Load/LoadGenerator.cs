using System.Diagnostics;
using System.Net.Sockets;
using UsbIp.Client.Interop;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Load;

/// <summary>
/// The client's side of a session under load: keeps a number of URBs in flight and checks that each reply is the next one that is due, whole
/// and without an error. One thread; nothing is allocated while it runs. Does not own the socket.
/// </summary>
internal sealed class LoadGenerator : ILoad
{
    private const int ReadSize = 256 * 1024;

    private readonly BlockingSocket _socket;
    private readonly DeviceId _device;
    private readonly LoadStyle _style;
    private readonly RequestBatch _requests;
    private readonly Latencies _latencies = new();
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(ReadSize, pinned: true);
    private Workload _workload;
    private uint _nextDue = 1;

    /// <param name="socket">A session past its import; never used asynchronously.</param>
    /// <param name="device">The devid of the import.</param>
    /// <param name="style">How requests are written and replies are read.</param>
    public LoadGenerator(Socket socket, DeviceId device, LoadStyle style)
    {
        (_device, _requests, _style) = (device, new RequestBatch(device), style);
        socket.ReceiveTimeout = socket.SendTimeout = 20_000; // a side that hangs ends the run instead
        _socket = new BlockingSocket(socket);
    }

    private int ReplySize => SubmitReply.Size + (_workload.Direction == UrbDirection.In ? _workload.Size : 0);

    /// <inheritdoc/>
    public LoadResult Run(Workload workload, TimeSpan window)
    {
        Prepare(workload);
        _latencies.Clear();
        var begin = Stopwatch.GetTimestamp();
        var end = begin + (long)(window.TotalSeconds * Stopwatch.Frequency);
        var urbs = _style == LoadStyle.Kernel || workload.Depth == 1 ? RunSingly(end) : RunTogether(end);
        return new LoadResult(urbs, Stopwatch.GetElapsedTime(begin), _latencies.Microseconds(0.5), _latencies.Microseconds(0.99));
    }

    /// <summary>Asks for as many URBs as the workload has in flight, and returns at once.</summary>
    public void Begin(Workload workload)
    {
        Prepare(workload);
        Ask(workload.Depth);
    }

    /// <summary>Waits for the reply that is due, and asks for another one.</summary>
    public void Continue()
    {
        ReceiveReply();
        Ask(1);
    }

    /// <summary>Lets come home what <see cref="Begin"/> and <see cref="Continue"/> have left in flight.</summary>
    public void Finish()
    {
        for (var left = _workload.Depth; left > 0; left--)
        {
            ReceiveReply();
        }
    }

    /// <summary>One control request without data, such as SET_CONFIGURATION.</summary>
    public void Control(SetupPacket setup)
    {
        Span<byte> message = stackalloc byte[SubmitRequest.Size];
        new SubmitRequest(_requests.TakeSeqnum(), _device, UrbDirection.Out, 0, TransferFlags.None, 0, 0, 0, 0, setup).Write(message);
        Send(message);
        ReceiveExactly(message);
        Check(message, size: 0);
    }

    /// <summary>As vhci_hcd does: one send for each request, and for each reply one read of its header and others of its data.</summary>
    private long RunSingly(long end)
    {
        var first = _nextDue;
        var asked = 0;
        for (; asked < _workload.Depth; asked++)
        {
            Ask(1);
        }

        var sent = Stopwatch.GetTimestamp();
        while (true)
        {
            ReceiveReply();
            var now = Stopwatch.GetTimestamp();
            if (_workload.Depth == 1)
            {
                _latencies.Add(now - sent);
            }

            if (now >= end)
            {
                break;
            }

            sent = now;
            Ask(1);
        }

        for (var left = _workload.Depth - 1; left > 0; left--)
        {
            ReceiveReply();
        }

        return unchecked(_nextDue - first);
    }

    /// <summary>As fast as a client can: reads what has come, and sends as many requests as were answered in one go.</summary>
    private long RunTogether(long end)
    {
        var first = _nextDue;
        var replySize = ReplySize;
        Ask(_workload.Depth);
        var inFlight = _workload.Depth;
        var position = 0; // within the reply that is arriving
        Span<byte> header = stackalloc byte[SubmitReply.Size];
        while (inFlight > 0)
        {
            var answered = Take(_received.AsSpan(0, Receive(_received)), header, replySize, ref position);
            inFlight -= answered;
            if (answered > 0 && Stopwatch.GetTimestamp() < end)
            {
                Ask(answered);
                inFlight += answered;
            }
        }

        return unchecked(_nextDue - first);
    }

    /// <summary>Walks over the bytes of replies, of which the first may have begun before; how many ended in them.</summary>
    private int Take(ReadOnlySpan<byte> bytes, Span<byte> header, int replySize, ref int position)
    {
        var answered = 0;
        while (!bytes.IsEmpty)
        {
            if (position < SubmitReply.Size)
            {
                var part = Math.Min(SubmitReply.Size - position, bytes.Length);
                bytes[..part].CopyTo(header[position..]);
                position += part;
                bytes = bytes[part..];
                if (position < SubmitReply.Size)
                {
                    break;
                }

                Check(header, _workload.Size);
            }

            var rest = Math.Min(replySize - position, bytes.Length);
            position += rest;
            bytes = bytes[rest..];
            if (position == replySize)
            {
                answered++;
                position = 0;
            }
        }

        return answered;
    }

    private void Prepare(Workload workload)
    {
        _workload = workload;
        _requests.Prepare(workload);
    }

    private void Ask(int count)
    {
        while (count > 0)
        {
            Send(_requests.Take(count, out var taken));
            count -= taken;
        }
    }

    private void ReceiveReply()
    {
        Span<byte> header = stackalloc byte[SubmitReply.Size];
        ReceiveExactly(header);
        Check(header, _workload.Size);
        var left = ReplySize - SubmitReply.Size;
        while (left > 0)
        {
            left -= Receive(_received.AsSpan(0, Math.Min(left, _received.Length)));
        }
    }

    private void Check(ReadOnlySpan<byte> bytes, int size)
    {
        var header = UrbHeader.Read(bytes);
        var reply = SubmitReply.Read(header, bytes);
        if (header.Command != UrbCommand.SubmitReply || reply.Seqnum != _nextDue || reply.Status != UrbStatus.Ok || reply.ActualLength != size)
        {
            throw new ProtocolException(
                $"{header.Command} seqnum {reply.Seqnum}, status {(int)reply.Status}, actual_length {reply.ActualLength} does not answer seqnum {_nextDue} with {size} bytes.");
        }

        _nextDue = unchecked(_nextDue + 1);
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var sent = _socket.Send(bytes);
            if (sent <= 0)
            {
                throw new SocketException(-sent);
            }

            bytes = bytes[sent..];
        }
    }

    private void ReceiveExactly(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[Receive(bytes)..];
        }
    }

    private int Receive(Span<byte> bytes)
    {
        var received = _socket.Receive(bytes);
        return received > 0 ? received : throw new SocketException(-received, $"The session ended while seqnum {_nextDue} was due (errno {-received}).");
    }
}
