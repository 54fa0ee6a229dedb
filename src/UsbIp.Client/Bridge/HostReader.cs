using Microsoft.Extensions.Logging;
using UsbIp.Client.Bridge.Ahead;
using UsbIp.Client.Interop;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// One thread: reads the host's replies, has each judged and rewritten in place by <see cref="ReplyShield"/>, and gives those to the
/// kernel that it waits for, whole messages only; what arrived together is written together. A reply that isn't whole yet stays in the
/// buffer, which grows to the length that the kernel asked for and never further.
/// </summary>
internal sealed class HostReader(
    BlockingSocket socket, ReplyShield shield, ReadAhead ahead, KernelEnd kernel, HostWatch watch, ILogger logger)
{
    private readonly ReceiveBuffer _buffer = new();
    private Parting? _farewell;

    /// <summary>Runs until the connection ends or the kernel closes its end.</summary>
    /// <exception cref="ProtocolException">The host sent what the kernel must not see.</exception>
    public BridgeEnd Run()
    {
        while (true)
        {
            var received = socket.Receive(_buffer.Free);
            if (received <= 0)
            {
                return received == 0 ? BridgeEnds.HostClosed(_buffer.Received.Length) : BridgeEnds.Lost(-received);
            }

            _buffer.Fill(received);
            watch.Heard();
            if (!Forward())
            {
                return BridgeEnds.KernelDetached;
            }

            if (_farewell is { } parting)
            {
                return BridgeEnds.HostSaid(parting);
            }
        }
    }

    private bool Forward()
    {
        var bytes = _buffer.Received;
        var start = 0;
        var position = 0;
        var needed = 0;
        lock (kernel.Gate)
        {
            while (bytes.Length - position >= ProtocolConstants.UrbHeaderSize)
            {
                if (Farewell.IsAt(bytes[position..]))
                {
                    needed = Farewell.Size;
                    break;
                }

                var verdict = Admit(bytes, start, position);
                if (verdict.Kind == VerdictKind.Incomplete)
                {
                    needed = verdict.Size;
                    break;
                }

                if (verdict.Kind is VerdictKind.Swallow or VerdictKind.Replace)
                {
                    Log.DroppedReply(logger, verdict.Size, verdict.Kind);
                    if (!kernel.Write(bytes[start..position]) || !kernel.Write(verdict.Substitute))
                    {
                        return false;
                    }

                    start = position + verdict.Size;
                }

                position += verdict.Size;
            }

            if (!kernel.Write(bytes[start..position]))
            {
                return false;
            }

            ahead.Settle();
        }

        _farewell = FarewellAt(bytes[position..]);
        _buffer.Consume(position);
        _buffer.Reserve(needed);
        watch.LeftWithin(!_buffer.Received.IsEmpty);
        return true;
    }

    /// <summary>Read only after the kernel was given what came before: a broken one ends the session, and those replies count as answered.</summary>
    private static Parting? FarewellAt(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= Farewell.Size && Farewell.IsAt(bytes) ? Farewell.Read(bytes) : null;

    /// <summary>
    /// Judges the message at <paramref name="position"/>. If it ends the session, the kernel first gets those admitted before it: they
    /// count as answered, so nobody else would give them to it.
    /// </summary>
    private Verdict Admit(Span<byte> bytes, int start, int position)
    {
        try
        {
            return shield.Admit(bytes[position..]);
        }
        catch (ProtocolException)
        {
            kernel.Write(bytes[start..position]);
            throw;
        }
    }
}
