namespace UsbIp.Benchmarks.Load;

/// <summary>How a load generator writes and reads.</summary>
internal enum LoadStyle
{
    /// <summary>What is ready leaves together, and as much as there is is read at once: a client in user space.</summary>
    Client,

    /// <summary>One send for each request, one read for each header: vhci_hcd (kernel: vhci_tx.c, vhci_rx.c).</summary>
    Kernel,
}
