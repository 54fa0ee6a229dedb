using UsbIp.Devices.Virtual;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Devices.Tests.Virtual;

/// <summary>A virtual device in its backend, opened by one host.</summary>
internal sealed class Plugged<TDevice> : IDisposable
    where TDevice : VirtualDevice
{
    public Plugged(TDevice device)
    {
        Device = device;
        BusId = Backend.Add(device);
        Host = new TestSink(Backend.Open(BusId));
    }

    public TDevice Device { get; }

    public VirtualUsbBackend Backend { get; } = new();

    public BusId BusId { get; }

    public TestSink Host { get; private set; }

    /// <summary>The host lets go of the device and takes it again.</summary>
    public void Reopen()
    {
        Host.Dispose();
        Host = new TestSink(Backend.Open(BusId));
    }

    public void Dispose()
    {
        Host.Dispose();
        Backend.Dispose();
    }
}
