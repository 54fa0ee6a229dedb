using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual.Engine;

/// <summary>The engine's side of one endpoint other than 0: the transfers that wait at it, in order, and its halt. Under the device's lock.</summary>
internal abstract class Pipe
{
    protected Pipe(VirtualUsbDevice device, EndpointDescriptor descriptor)
    {
        Device = device;
        Endpoint = new VirtualEndpoint(this, descriptor);
    }

    public VirtualEndpoint Endpoint { get; }

    public MessageQueue Messages { get; } = new();

    public bool IsHalted { get; private set; }

    public int Waiting => Queue.Count;

    /// <summary>When <see cref="Pump"/> has to run again by itself, in <see cref="DeviceClock"/> time; long.MaxValue: not by itself.</summary>
    public abstract long Due { get; }

    protected VirtualUsbDevice Device { get; }

    protected UrbQueue Queue { get; } = new();

    private bool IsWedged { get; set; }

    public virtual void Submit(VirtualUrb urb)
    {
        Queue.Add(urb, this);
        Wake();
    }

    /// <summary>Moves what can be moved now, and completes what is done.</summary>
    public abstract void Pump(long now);

    public void Wake() => Device.Endpoints.MarkReady(this);

    public void Halt(bool wedge)
    {
        IsHalted = true;
        IsWedged |= wedge;
        Wake();
    }

    public void Unwedge() => IsWedged = false;

    /// <summary>CLEAR_FEATURE(ENDPOINT_HALT). A wedged endpoint accepts it and stays halted, as some classes want.</summary>
    public void ClearHalt()
    {
        IsHalted = IsWedged;
        Wake();
    }

    /// <summary>The endpoint as it is after SET_CONFIGURATION and SET_INTERFACE. Nothing waits at it.</summary>
    public void Refresh()
    {
        FinishAll(UrbStatus.Shutdown);
        IsHalted = false;
        IsWedged = false;
        Messages.Clear();
    }

    public void Finish(VirtualUrb urb, UrbStatus status)
    {
        Queue.Remove(urb);
        Device.Complete(urb.Transfer, status, urb.Progress);
    }

    public void FinishAll(UrbStatus status)
    {
        while (Queue.Head is { } urb)
        {
            Finish(urb, status);
        }
    }
}
