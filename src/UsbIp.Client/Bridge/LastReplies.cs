using UsbIp.Client.Bridge.Ahead;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Gives back to the kernel every URB that nobody will answer any more. vhci_hcd itself keeps them until usbcore disconnects the device
/// (vhci_hcd.c, vhci_urb_dequeue), and usbcore begins a disconnect with the device's lock (hub.c, usb_disconnect). A task that holds that
/// lock while it waits for its URB, such as a driver's ioctl through usbfs, would wait for the disconnect, and the disconnect for it, forever.
/// </summary>
internal static class LastReplies
{
    /// <summary>Gives the kernel what was held back, and answers each pending URB with -ESHUTDOWN, as a controller does whose device is unplugged.</summary>
    public static void Write(PendingUrbs pending, KernelEnd kernel, ReadAhead ahead)
    {
        if (!kernel.Gate.TryEnter(BridgeLimits.KernelPatience))
        {
            return; // somebody writes and the kernel does not read: nothing more can be given to it
        }

        try
        {
            ahead.Release();
            foreach (var urb in pending.TakeComplete())
            {
                if (!kernel.Write(FailedReply.Compose(urb, UrbStatus.Shutdown)))
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
}
