using System.Globalization;
using UsbIp.Protocol;

namespace UsbIp.Client.Vhci;

/// <summary>
/// Reads vhci_hcd's status files (kernel: vhci_sysfs.c, status_show_vhci): a header line, then one line per port with the columns
/// hub, port, sta, spd, dev, sockfd, local_busid. Their widths vary, so the columns are told apart by spaces.
/// </summary>
internal static class VhciStatus
{
    private const int Columns = 7;

    /// <exception cref="CommandException">A line is not what vhci_hcd writes.</exception>
    public static IEnumerable<VhciPort> Parse(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var columns = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (columns is ["hub", ..])
            {
                continue;
            }

            yield return ParsePort(columns) ?? throw new CommandException(
                ExitCode.KernelModule, $"vhci_hcd's status has the line '{line}', which is no port.", "check that the kernel's vhci_hcd is unmodified.");
        }
    }

    private static VhciPort? ParsePort(string[] columns)
    {
        if (columns.Length < Columns
            || columns[0] is not ("hs" or "ss")
            || !int.TryParse(columns[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !int.TryParse(columns[2], NumberStyles.None, CultureInfo.InvariantCulture, out var state)
            || !uint.TryParse(columns[3], NumberStyles.None, CultureInfo.InvariantCulture, out var speed)
            || !uint.TryParse(columns[4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var deviceId))
        {
            return null;
        }

        return new VhciPort(columns[0] == "ss", number, (VhciPortState)state, (UsbSpeed)speed, new DeviceId(deviceId), columns[6]);
    }
}
