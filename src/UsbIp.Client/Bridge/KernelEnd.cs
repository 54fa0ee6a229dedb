using UsbIp.Client.Interop;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// The bridge's way to write to the kernel. Only whole messages go in: half of one would leave vhci_rx waiting inside it. Whoever writes
/// holds <see cref="Gate"/> from the moment in which it takes the request off <see cref="PendingUrbs"/> until the reply is written, so that
/// replies reach the kernel in the order of those decisions: a RET_UNLINK that overtook its target's RET_SUBMIT would unplug the device.
/// The kernel always reads (vhci_rx does nothing else), so that holding the gate while writing has an end.
/// </summary>
internal sealed class KernelEnd(BlockingSocket socket)
{
    public Lock Gate { get; } = new();

    /// <summary>Writes whole messages; the caller holds <see cref="Gate"/>. False once the kernel has closed its end.</summary>
    public bool Write(ReadOnlySpan<byte> messages)
    {
        while (!messages.IsEmpty)
        {
            var sent = socket.Send(messages);
            if (sent < 0)
            {
                return false;
            }

            messages = messages[sent..];
        }

        return true;
    }

    public bool Write(in UnlinkReply reply)
    {
        Span<byte> message = stackalloc byte[UnlinkReply.Size];
        reply.Write(message);
        return Write(message);
    }

    public bool Write(in SubmitReply reply)
    {
        Span<byte> message = stackalloc byte[SubmitReply.Size];
        reply.Write(message);
        return Write(message);
    }
}
