using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Gives back to the kernel every URB that nobody will answer any more. vhci_hcd itself keeps them until usbcore disconnects the device
/// (vhci_hcd.c, vhci_urb_dequeue), and usbcore begins a disconnect with the device's lock (hub.c, usb_disconnect). A task that holds that
/// lock while it waits for its URB, such as a driver's ioctl through usbfs, would wait for the disconnect, and the disconnect for it, forever.
/// </summary>
internal static class LastReplies
{
    /// <summary>Answers each pending URB with -ESHUTDOWN, as a controller does whose device is unplugged.</summary>
    public static void Write(PendingUrbs pending, KernelEnd kernel)
    {
        if (!kernel.Gate.TryEnter(BridgeLimits.KernelPatience))
        {
            return; // somebody writes and the kernel does not read: nothing more can be given to it
        }

        try
        {
            foreach (var urb in pending.TakeComplete())
            {
                if (!kernel.Write(Reply(urb)))
                {
                    return;
                }
            }
        }
        finally
        {
            kernel.Gate.Exit();
        }
    }

    private static byte[] Reply(PendingUrb urb)
    {
        var packets = urb.Packets;
        var message = new byte[SubmitReply.Size + (packets.Length * IsoPacket.Size)];
        new SubmitReply(urb.Request.Seqnum, UrbStatus.Shutdown, ActualLength: 0, urb.Request.StartFrame, packets.Length, packets.Length).Write(message);
        for (var index = 0; index < packets.Length; index++)
        {
            var packet = packets[index] with { ActualLength = 0, Status = UrbStatus.Shutdown };
            packet.Write(message.AsSpan(SubmitReply.Size + (index * IsoPacket.Size)));
        }

        return message;
    }
}
