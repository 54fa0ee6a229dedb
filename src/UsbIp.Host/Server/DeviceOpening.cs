using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>Opens a leased device for the client that is to have it. The wire has a word for why it cannot be; the log has the sentence.</summary>
internal static class DeviceOpening
{
    /// <summary>
    /// udev gives a node its group some moments after the kernel has told of the device, and tells nobody when it has: so long after a
    /// device was plugged in, not to be let in is no answer yet.
    /// </summary>
    internal static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>From one try to the next.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Opens the device into its lease. Blocks.</summary>
    /// <param name="export">The device.</param>
    /// <param name="lease">Its lease, which nobody else has.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where a refusal is explained.</param>
    /// <param name="refusal">Why it is refused; null if it is not.</param>
    public static OperationStatus Open(ExportedDevice export, DeviceLease lease, TimeProvider time, ILogger log, out string? refusal)
    {
        refusal = null;
        if (export.Find() is null)
        {
            refusal = "what was exported is not plugged in";
            ServerLog.NotPresent(log, export.BusId, lease.Holder.Client);
            return OperationStatus.NoDevice;
        }

        try
        {
            export.CheckUnused(); // it may have been mounted since it was exported
            lease.Device = OpenWhenSettled(() => export.Backend.Open(export.BusId), export.Slot, time, pause => Wait(pause, time));
            return OperationStatus.Ok;
        }
        catch (UsbException e)
        {
            refusal = e.Message;
            ServerLog.OpenRefused(log, export.BusId, lease.Holder.Client, e.Message, e.Hint ?? "");
            return e.Failure switch
            {
                UsbFailure.NotFound => OperationStatus.NoDevice,
                UsbFailure.Busy => OperationStatus.DeviceBusy,
                _ => OperationStatus.NotAvailable,
            };
        }
    }

    /// <summary>Opens a device; one that was plugged in a moment ago and is not this user's yet, as soon as it is.</summary>
    /// <param name="open">Opens it.</param>
    /// <param name="slot">Knows since when it is there.</param>
    /// <param name="time">The clock.</param>
    /// <param name="wait">Waits.</param>
    /// <exception cref="UsbException">It does not open.</exception>
    internal static IUsbDevice OpenWhenSettled(Func<IUsbDevice> open, LeaseSlot slot, TimeProvider time, Action<TimeSpan> wait)
    {
        while (true)
        {
            try
            {
                return open();
            }
            catch (UsbException e) when (e.Failure == UsbFailure.AccessDenied && slot.SincePlugged(time) < Settling)
            {
                wait(Pause);
            }
        }
    }

    private static void Wait(TimeSpan pause, TimeProvider time)
    {
        using var over = new CancellationTokenSource(pause, time);
        over.Token.WaitHandle.WaitOne();
    }
}
