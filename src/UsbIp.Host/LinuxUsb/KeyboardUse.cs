using System.Globalization;
using UsbIp.Devices;
using UsbIp.Shared;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// Says whether a USB device is the only keyboard of the machine, whose export could lock its user out. What udev calls a keyboard is one here
/// (udev-builtin-input_id: the first 31 keys, Escape to S): buttons, remote controls and mice are none. Safe for use by several threads.
/// </summary>
/// <param name="inputRoot">The kernel's input devices, normally /sys/class/input.</param>
internal sealed class KeyboardUse(string inputRoot)
{
    private const ulong FirstKeys = 0xFFFFFFFE; // KEY_ESC (1) to KEY_S (31)

    /// <summary>The use as a keyboard of the device whose directory in sysfs this is; null if it is none, or there is another.</summary>
    public DeviceUse? Find(string devicePath)
    {
        if (SysfsLink.Resolve(devicePath) is not { } realPath)
        {
            return null;
        }

        var keyboards = Keyboards();
        var own = keyboards.Count(keyboard => keyboard.StartsWith(realPath + Path.DirectorySeparatorChar, StringComparison.Ordinal));
        return own > 0 && own == keyboards.Count
            ? new DeviceUse("it is the only keyboard of this machine", "plug in another keyboard")
            : null;
    }

    /// <summary>The places in sysfs of this machine's own keyboards: one that is attached over the network may be gone when it is needed.</summary>
    private List<string> Keyboards()
    {
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries(inputRoot, "input*")
                    .Where(entry => IsKeyboard(Path.Combine(entry, "capabilities", "key")))
                    .Select(SysfsLink.Resolve)
                    .OfType<string>()
                    .Where(path => !path.Contains("vhci_hcd", StringComparison.Ordinal)),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsKeyboard(string keysPath)
    {
        try
        {
            var words = File.ReadAllText(keysPath).Trim().Split(' '); // hexadecimal, the lowest last
            return ulong.TryParse(words[^1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var keys)
                && (keys & FirstKeys) == FirstKeys;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // unplugged meanwhile
        }
    }
}
