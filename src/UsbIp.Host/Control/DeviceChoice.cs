using UsbIp.Devices;
using UsbIp.Host.Rules;
using UsbIp.Host.Server;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Control;

/// <summary>Finds the device that a user means among those of this machine.</summary>
internal static class DeviceChoice
{
    private const string Hint = "usbip-host list, which shows every device";

    /// <exception cref="CommandException">The text is no selector.</exception>
    public static DeviceSelector Parse(string text) => DeviceSelector.TryParse(text, out var selector, out var problem)
        ? selector
        : throw new CommandException(ExitCode.Usage, problem, Hint);

    /// <summary>The one device that is selected.</summary>
    /// <exception cref="CommandException">There are several.</exception>
    /// <exception cref="UsbException">There is none.</exception>
    public static RegisteredDevice Find(IEnumerable<RegisteredDevice> devices, DeviceSelector selector) =>
        FindOrNull(devices, selector) ?? throw (selector.BusId is { } busId
            ? DeviceRefusal.NotFound(busId)
            : new UsbException(UsbFailure.NotFound, $"No device of this machine is '{selector}'.", Hint));

    /// <summary>The one device that is selected, or null if there is none.</summary>
    /// <exception cref="CommandException">There are several.</exception>
    public static RegisteredDevice? FindOrNull(IEnumerable<RegisteredDevice> devices, DeviceSelector selector)
    {
        var selection = selector.Among(devices, device => DeviceTraitsOf.Device(device.Info, device.Aliases));
        return selection.Found.Count < 2
            ? selection.Single
            : throw new CommandException(ExitCode.Usage, selection.Problem!, "a selector that only one of them has, such as a busid");
    }
}
