using UsbIp.Protocol;
using UsbIp.Protocol.Selection;

namespace UsbIp.Client.Remote;

/// <summary>Finds the device that a user means among those that a host exports.</summary>
internal static class DeviceChoice
{
    /// <param name="host">Asked for its list, unless the selector is a busid or a port: stock hosts leave devices in use out of theirs.</param>
    /// <param name="selector">What the user wrote.</param>
    /// <param name="stop">Ends the asking with <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The busid to import. A name that is not in the list is left to the host, whose word it may be; not to a usbip-host, whose list has them all: a device
    /// that comes a moment later would be known here by that name, and by its busid the next time.
    /// </returns>
    /// <exception cref="CommandException">No device is that, or several are; or the host did not answer.</exception>
    public static BusId Find(HostAddress host, DeviceSelector selector, CancellationToken stop = default)
    {
        if (selector.Kind is SelectorKind.Port || selector.BusId is not null)
        {
            return BusId.Parse(selector.Value);
        }

        using var connection = HostConnection.Connect(host, stop: stop);
        var selection = selector.Among(connection.List(), TraitsOf);
        return selection switch
        {
            { Single: { } only } => only.Device.BusId,
            { Found.Count: 0 } when selector.Kind == SelectorKind.Name && connection.ReadOffer() == Extensions.None => BusId.Parse(selector.Value),
            { Found.Count: 0 } => throw new CommandException(
                ExitCode.NotFound, $"{host} exports no device that is '{selector}'.", $"'usbip-client list {host.Argument}' for what it exports."),
            _ => throw new CommandException(
                ExitCode.Usage, $"{host}: {selection.Problem}", "the busid of one of them, or another selector that only one of them has."),
        };
    }

    /// <summary>What a list tells of a device; serial number, product and aliases only if the host is one of ours.</summary>
    public static DeviceTraits TraitsOf(ListedDevice listed)
    {
        var told = DeviceDescription.Read(listed.Device.Path);
        return new DeviceTraits
        {
            BusId = listed.Device.BusId,
            VendorId = listed.Device.VendorId,
            ProductId = listed.Device.ProductId,
            Classes = [listed.Device.DeviceClass, .. listed.Interfaces.Select(record => record.Class)],
            SerialNumber = told.SerialNumber,
            Product = told.Product,
            Aliases = told.Aliases,
        };
    }
}
