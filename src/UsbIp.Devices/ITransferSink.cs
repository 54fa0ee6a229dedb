namespace UsbIp.Devices;

/// <summary>
/// Where a device tells what became of its transfers. Called on any thread, also from within <see cref="IUsbDevice.Submit"/>, never twice at
/// once for the same transfer. Implementations neither block nor throw: the caller may be the one event thread of all devices.
/// </summary>
public interface ITransferSink
{
    /// <summary>The transfer has ended; its results are set. Exactly once per submit. The sink owns the transfer from here on.</summary>
    void TransferCompleted(UsbTransfer transfer);

    /// <summary>No further completion is at hand right now: what was collected should leave. At least once after every completion.</summary>
    void CompletionsDelivered();

    /// <summary>The device is gone. Every transfer still out completes, before or after.</summary>
    void DeviceLeft();
}
