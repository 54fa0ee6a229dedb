using UsbIp.Protocol;

namespace UsbIp.Devices;

/// <summary>
/// An open device, claimed whole: no kernel driver and no other program uses it. One owner; <see cref="IDisposable.Dispose"/> only after every
/// submitted transfer has completed. A decorator (faults, capture, metrics) is an IUsbDevice around an IUsbDevice.
/// </summary>
public interface IUsbDevice : IDisposable
{
    /// <summary>The device as it was when it was opened; <see cref="UsbDeviceInfo.ActiveConfiguration"/> included.</summary>
    UsbDeviceInfo Info { get; }

    /// <summary>
    /// Whether <see cref="Submit"/> may take a while, as it may where a transfer's work is done in it. A client is then not promised that its host
    /// answers at once.
    /// </summary>
    bool MayWaitInSubmit => false;

    /// <summary>Says where completions go. Called once, before the first submit.</summary>
    void Start(ITransferSink sink);

    /// <summary>
    /// A transfer with room for <paramref name="length"/> bytes of data and <paramref name="isoPackets"/> packets, all fields reset. Its buffer's
    /// content is undefined; whoever sends bytes from it has written them. The caller owns it and hands it to <see cref="Submit"/> or disposes it.
    /// </summary>
    UsbTransfer CreateTransfer(int length, int isoPackets = 0);

    /// <summary>
    /// Starts a transfer. Never fails: a refusal completes the transfer like anything else. May complete it before returning, so the caller
    /// touches nothing of it afterwards. Transfers of one endpoint run and complete in the order of their submits.
    /// </summary>
    void Submit(UsbTransfer transfer);

    /// <summary>
    /// Asks that a submitted transfer end early: it completes with <see cref="UrbStatus.Unlinked"/>, or as it would have if it was done by
    /// then. May block until the bus lets go of it, so it is never called where something waits for the caller.
    /// </summary>
    void Cancel(UsbTransfer transfer);

    /// <summary>
    /// SET_CONFIGURATION with everything that the system needs to know of it; 0 unconfigures. Every transfer must have completed. Blocks.
    /// </summary>
    UrbStatus SetConfiguration(byte value);

    /// <summary>SET_INTERFACE. Every transfer of that interface must have completed. Blocks. <see cref="UrbStatus.NoEntry"/>: no such setting.</summary>
    UrbStatus SetInterface(byte number, byte alternateSetting);

    /// <summary>CLEAR_FEATURE(ENDPOINT_HALT), toggles included. Blocks.</summary>
    UrbStatus ClearHalt(byte endpointAddress);

    /// <summary>
    /// Resets the port and restores configuration and claims. Every transfer must have completed. Blocks.
    /// <see cref="UrbStatus.NoDevice"/>: it came back as another device, or not at all.
    /// </summary>
    UrbStatus Reset();
}
