namespace UsbIp.Devices.Virtual.Engine;

/// <summary>What the engine keeps with a transfer over all of its uses: its place in a pipe's queue and how far it came.</summary>
internal sealed class VirtualUrb(UsbTransfer transfer) : IDisposable
{
    public UsbTransfer Transfer { get; } = transfer;

    /// <summary>The pipe in whose queue it stands; null while it does not wait.</summary>
    public Pipe? Pipe { get; set; }

    public VirtualUrb? Previous { get; set; }

    public VirtualUrb? Next { get; set; }

    /// <summary>Bytes moved so far.</summary>
    public int Progress { get; set; }

    /// <summary>When an isochronous transfer's last packet has passed, in <see cref="DeviceClock"/> time.</summary>
    public long Due { get; set; }

    public static VirtualUrb Of(UsbTransfer transfer) => (VirtualUrb)transfer.BackendState!;

    public void Dispose()
    {
        // Nothing native is held: the seam disposes what a backend keeps with a transfer.
    }
}
