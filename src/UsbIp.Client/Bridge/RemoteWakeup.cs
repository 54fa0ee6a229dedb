using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Takes the remote wakeup (USB 2.0, 9.6.3, bmAttributes bit 5) out of the configurations that the kernel reads. USB/IP has no message by
/// which a suspended device could wake up, and vhci_hcd does not say so: the kernel, which udev tells to suspend idle keyboards, readers
/// and modems, would rely on it, and the first key would never arrive. Without the bit it keeps them awake while a program has them open
/// (drivers/usb/core/driver.c, autosuspend_check). Done here and not through the device's power/ in sysfs, because writing there waits for
/// the kernel's lock on the device, which is held while the kernel waits for this very process.
/// </summary>
internal static class RemoteWakeup
{
    private const int AttributesOffset = 7;
    private const byte RemoteWakeupBit = 0x20;

    /// <summary>Looks at a control reply's data before it is forwarded.</summary>
    public static void Withhold(in SubmitRequest request, Span<byte> data)
    {
        if (request.Endpoint == 0 && data.Length > AttributesOffset && request.Setup.IsForDescriptor(DescriptorType.Configuration))
        {
            data[AttributesOffset] &= unchecked((byte)~RemoteWakeupBit);
        }
    }
}
