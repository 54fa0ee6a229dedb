using System.Diagnostics;
using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// The system's side of a <see cref="UsbTransfer"/>, kept with it over all its uses, so that a URB in steady state allocates nothing.
/// Owned by the transfer (<see cref="UsbTransfer.BackendState"/>); disposed with it, never while the system has it.
/// </summary>
internal abstract class SystemTransfer : IDisposable
{
    protected SystemTransfer(LinuxUsbDevice device, UsbTransfer transfer)
    {
        Device = device;
        Transfer = transfer;
        WaitingNode = new LinkedListNode<SystemTransfer>(this);
    }

    public LinuxUsbDevice Device { get; }

    public UsbTransfer Transfer { get; }

    /// <summary>This transfer's place in the queue of those that wait for usbfs memory.</summary>
    public LinkedListNode<SystemTransfer> WaitingNode { get; }

    /// <summary>When usbfs first had no memory for it (<see cref="Stopwatch"/> ticks).</summary>
    public long WaitingSince { get; set; }

    /// <summary>
    /// Writes the transfer down as the system wants it. The buffer is native memory that the transfer owns, and the transfer has been taken
    /// by us: pointers into it are good until it completes.
    /// </summary>
    /// <returns>False if it asks for more than its buffer holds: the kernel would read or write behind it.</returns>
    public abstract bool Prepare();

    /// <summary>
    /// Submits it, or what of it is not submitted yet. Ok: it completes on the event thread, and may have by now, so it is not touched
    /// again. NoMemory: usbfs has none now. Anything else: refused, and nothing of it is out.
    /// </summary>
    public abstract UrbStatus Submit();

    /// <summary>Asks for its end. Blocks until the host controller has let go of it (USBDEVFS_DISCARDURB). Harmless once it has completed.</summary>
    public abstract void Cancel();

    /// <summary>Gives up what usbfs has had no memory for.</summary>
    /// <returns>True if nothing of it is out, so that nobody will complete it; otherwise what is out completes it.</returns>
    public virtual bool TryGiveUp(UrbStatus status) => true;

    /// <summary>Takes over what became of it.</summary>
    public abstract void ReadResult();

    /// <summary>What became of it is that it was refused.</summary>
    public virtual void Refuse(UrbStatus status)
    {
        Transfer.Status = status;
        Transfer.ActualLength = 0;
    }

    public abstract void Dispose();
}
