using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>Opens a leased device for the client that is to have it. The wire has a word for why it cannot be; the log has the sentence.</summary>
internal static class DeviceOpening
{
    /// <summary>Opens the device into its lease. Blocks.</summary>
    /// <param name="export">The device.</param>
    /// <param name="lease">Its lease, which nobody else has.</param>
    /// <param name="log">Where a refusal is explained.</param>
    /// <param name="refusal">Why it is refused; null if it is not.</param>
    public static OperationStatus Open(ExportedDevice export, DeviceLease lease, ILogger log, out string? refusal)
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
            lease.Device = export.Backend.Open(export.BusId);
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
}
