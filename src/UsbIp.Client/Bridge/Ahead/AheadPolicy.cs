using UsbIp.Protocol;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>Where one of the kernel's requests goes.</summary>
internal enum Route
{
    /// <summary>To the host, as it is.</summary>
    Forward,

    /// <summary>Nowhere: it was answered, or an <see cref="AheadPipe"/> keeps it.</summary>
    Keep,

    /// <summary>Nowhere: it is answered with -EPROTO once all of it was read.</summary>
    Refuse,
}

/// <summary>What comes behind one of the kernel's requests that goes to the host.</summary>
internal enum Sequel
{
    None,

    /// <summary>Once it was sent, <see cref="AheadPolicy.Follow"/> is to be called.</summary>
    Follow,

    /// <summary>The same, and more is about to be sent then.</summary>
    FollowWithMore,
}

/// <summary>
/// When to read ahead on the endpoints of one interface, for one way in which drivers use such endpoints. Sees each request of the kernel
/// and each reply to one, in the order of the wire, with the kernel's end held.
/// </summary>
/// <param name="pipe">The IN endpoint that is read ahead.</param>
/// <param name="number">The interface's number.</param>
internal abstract class AheadPolicy(AheadPipe pipe, byte number)
{
    /// <summary>bInterfaceNumber of the interface.</summary>
    public byte InterfaceNumber => number;

    /// <summary>The IN endpoint that is read ahead.</summary>
    public AheadPipe Pipe => pipe;

    /// <summary>The kernel asks; of an OUT request only the header has been read.</summary>
    public abstract Route Begin(PendingUrb urb);

    /// <summary>A request that goes to the host has been read.</summary>
    /// <param name="urb">The request.</param>
    /// <param name="data">The data of an OUT request, if it came in one piece; otherwise empty.</param>
    public abstract Sequel End(PendingUrb urb, ReadOnlySpan<byte> data);

    /// <summary>The request is on its way to the host.</summary>
    public abstract BridgeEnd? Follow(PendingUrb urb);

    /// <summary>The kernel is being given the host's reply to this request.</summary>
    public abstract void Replied(in SubmitRequest request, UrbStatus status);

    /// <summary>The host's reply came to a request that was answered early.</summary>
    public virtual void RepliedLate(in SubmitReply reply)
    {
    }

    /// <summary>
    /// Keeps a reply to one of the kernel's requests that failed, or an answer to one of its unlinks, until it may know. False if it may.
    /// </summary>
    public virtual bool TryHold(ReadOnlySpan<byte> message) => false;

    /// <summary>The replies that came together have been dealt with, or an unlink of the bridge's own is over.</summary>
    public virtual void Settle()
    {
    }

    /// <summary>The session or the setting of the interface ends, and this policy with it: what is held goes to the kernel.</summary>
    public virtual void Release()
    {
    }

    /// <summary>The kernel unlinks a request on these endpoints.</summary>
    public abstract void Unlinked(DeviceId device);

    /// <summary>The interface was reset or set up anew: nothing from before holds.</summary>
    public virtual void Restart(DeviceId device)
    {
        pipe.Cancel(device);
        pipe.Drop();
    }
}
