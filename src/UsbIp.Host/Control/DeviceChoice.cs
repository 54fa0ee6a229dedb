using UsbIp.Devices;
using UsbIp.Host.Rules;
using UsbIp.Host.Server;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Control;

/// <summary>Finds the device that a user means among those of this machine.</summary>
internal static class DeviceChoice
{
    private const string Hint = "usbip-host list, which shows every device";

    /// <exception cref="CommandException">The text is no selector, or can't be a name of a device here.</exception>
    public static DeviceSelector Parse(string text)
    {
        if (!DeviceSelector.TryParse(text, out var selector, out var problem))
        {
            throw new CommandException(ExitCode.Usage, problem, Hint);
        }

        // A client must leave it to the host what a busid looks like; here it is known.
        return selector is { Kind: SelectorKind.Name, BusId: null } && AliasName.Problem(selector.Value) is not null
            ? throw new CommandException(ExitCode.Usage, $"'{text}' names no device: it is neither a busid, such as 1-2.3, nor what an alias may be.", Hint)
            : selector;
    }

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
