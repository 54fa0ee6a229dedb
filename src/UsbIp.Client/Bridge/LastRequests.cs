using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Bridge;

/// <summary>What the kernel asked when the session had ended. Noted by one thread, read by any.</summary>
internal sealed class LastRequests
{
    private volatile int _count;
    private volatile bool _hasReset;

    public int Count => _count;

    /// <summary>Whether a driver resets the device: the kernel then asks for the device descriptor first (hub.c, hub_port_init).</summary>
    public bool HasReset => _hasReset;

    public void Note(in SubmitRequest request)
    {
        _hasReset |= request.Endpoint == 0 && request.Setup.IsForDescriptor(DescriptorType.Device);
        _count++;
    }
}
