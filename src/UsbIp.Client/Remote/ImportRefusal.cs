using UsbIp.Protocol;

namespace UsbIp.Client.Remote;

/// <summary>What a host's status of OP_REP_IMPORT means for the user (kernel: tools/usb/usbip/src/usbip_network.c, usbip_op_common_status_string).</summary>
internal static class ImportRefusal
{
    public static string Describe(OperationStatus status) => status switch
    {
        OperationStatus.NotAvailable => "request failed (ST_NA)",
        OperationStatus.DeviceBusy => "device busy (ST_DEV_BUSY)",
        OperationStatus.DeviceError => "device in error state (ST_DEV_ERR)",
        OperationStatus.NoDevice => "device not found (ST_NODEV)",
        OperationStatus.Error => "unexpected response (ST_ERROR)",
        _ => $"unknown status {(uint)status}",
    };

    /// <param name="host">Who refused.</param>
    /// <param name="busId">What.</param>
    /// <param name="status">Why, in the word of the wire.</param>
    /// <param name="detail">Who holds the device, where the host said so.</param>
    public static CommandException ToException(HostAddress host, BusId busId, OperationStatus status, ImportDetail? detail = null)
    {
        var reason = Describe(status);
        return status switch
        {
            OperationStatus.DeviceBusy when detail is { Holder.Length: > 0 } known => new CommandException(
                ExitCode.Busy,
                $"{host} refused {busId}: {HolderText.Of(known)}{(known.Reason.Length > 0 ? $", and {known.Reason}" : "")}.",
                known.Reason.Length > 0 ? "--wait, to have it when it is free." : $"--wait, to have it when it is free; or 'usbip-host kick {busId}' on {host.Host}."),
            OperationStatus.DeviceBusy => new CommandException(
                ExitCode.Busy,
                $"{host} refused {busId}: {reason}; another client holds it, or a program on the host does.",
                $"see who holds it with 'usbip-host status' on {host.Host}, and detach it there."),
            OperationStatus.DeviceError => new CommandException(
                ExitCode.DeviceError,
                $"{host} refused {busId}: {reason}.",
                $"try again in a moment; if it stays so, unplug it from {host.Host} and plug it in again."),
            OperationStatus.NoDevice => new CommandException(
                ExitCode.NotFound,
                $"{host} exports no device {busId}: {reason}.",
                $"'usbip-client list {host.Argument}' for what it exports, or 'usbip-host export {busId}' there."),
            _ => new CommandException(
                ExitCode.Refused,
                $"{host} refused {busId}: {reason}.",
                $"look into the log of the server on {host.Host}; some servers say this while another client holds the device."),
        };
    }
}
