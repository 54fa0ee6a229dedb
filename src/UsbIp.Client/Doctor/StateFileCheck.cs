using System.Globalization;
using UsbIp.Client.Commands;
using UsbIp.Client.Vhci;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Client.Doctor;

/// <summary>Do the state files, one per attached port, say what is attached?</summary>
internal static class StateFileCheck
{
    private const string Prefix = "port";

    public static IEnumerable<Finding> Run(ClientSettings settings, IReadOnlyList<VhciPort> ports)
    {
        var files = settings.Records.Files();
        int[] numbers = [.. files.Select(Number).OfType<int>()];
        int[] stale = [.. numbers.Where(number => ports.All(port => port.Number != number || port.IsFree))];
        if (stale.Length > 0)
        {
            yield return Finding.Warning(
                "C-STATE-STALE",
                $"{settings.Records.Directory} has state files of ports to which nothing is attached: {Join(stale)}.",
                $"rm {string.Join(' ', stale.Select(number => Path.Combine(settings.Records.Directory, Prefix + number)))}");
        }

        int[] used = [.. ports.Where(port => !port.IsFree).Select(port => port.Number)];
        int[] broken = [.. used.Where(number => numbers.Contains(number) && settings.Records.Read(number) is null)];
        if (broken.Length > 0)
        {
            yield return Finding.Warning(
                "C-STATE-BROKEN",
                $"The state files of the ports {Join(broken)} in {settings.Records.Directory} are not HOST PORT BUSID, or this user may not read them.",
                "detach the device and attach it again, or run this command with sudo");
        }

        int[] unknown = [.. used.Except(numbers)];
        if (unknown.Length > 0)
        {
            yield return Finding.Note("C-STATE-MISSING", $"No state file says where the devices on the ports {Join(unknown)} come from.");
        }
    }

    private static int? Number(string path) =>
        Path.GetFileName(path) is { } name
        && name.StartsWith(Prefix, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static string Join(int[] numbers) => string.Join(", ", numbers.Order().Select(number => $"{number:00}"));
}
