using UsbIp.Protocol;

namespace UsbIp.Devices.Virtual.Engine;

/// <summary>
/// Calls the overrides of a <see cref="VirtualDevice"/>. What they throw ends here, as a crash of firmware ends in the device: the endpoint stalls,
/// the host goes on, and the exception is kept for the author. Under the device's lock.
/// </summary>
internal sealed class DeviceCode(VirtualDevice device)
{
    public ControlReply Control(SetupPacket setup, Span<byte> data)
    {
        try
        {
            return device.OnControl(setup, data);
        }
        catch (Exception fault)
        {
            device.Fault = fault;
            return ControlReply.Stall;
        }
    }

    public InReply In(VirtualEndpoint endpoint, Span<byte> room)
    {
        try
        {
            return device.OnIn(endpoint, room);
        }
        catch (Exception fault)
        {
            device.Fault = fault;
            endpoint.Stall();
            return InReply.Nothing;
        }
    }

    /// <summary>How many bytes were taken; negative: none, not even an empty packet.</summary>
    public int Out(VirtualEndpoint endpoint, ReadOnlySpan<byte> data, bool endOfMessage)
    {
        try
        {
            return device.OnOut(endpoint, data, endOfMessage);
        }
        catch (Exception fault)
        {
            device.Fault = fault;
            endpoint.Stall();
            return -1;
        }
    }

    /// <summary>Tells of a change.</summary>
    public void Tell(Action<VirtualDevice> change)
    {
        try
        {
            change(device);
        }
        catch (Exception fault)
        {
            device.Fault = fault;
        }
    }
}
