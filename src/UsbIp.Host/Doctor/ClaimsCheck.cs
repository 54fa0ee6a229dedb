using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Doctor;

/// <summary>Did a daemon that was killed leave devices without their drivers, or notes that nobody can read?</summary>
internal static class ClaimsCheck
{
    public static IEnumerable<Finding> Run(HostSurroundings surroundings)
    {
        if (surroundings.Usb.ClaimsDirectory is not { } directory || !Directory.Exists(directory))
        {
            yield break;
        }

        var sysfs = new SysfsDevices(surroundings.Usb.SysfsRoot);
        foreach (var path in Files(directory))
        {
            if (ReadOfDeadHost(path) is not { } content)
            {
                continue;
            }

            // A killed process leaves a torn last line at most.
            var broken = content.Split('\n')[..^1].FirstOrDefault(line => !ClaimsFile.TryParseLine(line, out _, out _));
            if (broken is not null)
            {
                yield return Finding.Warning(
                    "H-CLAIMS-BROKEN",
                    $"The file {path}, which notes what a killed daemon had claimed, has the line '{broken}', which is no claim.",
                    "usbip-host serve, which gives back what can be read; if a device stays without its driver, plug it in again");
            }

            var orphans = ClaimsFile.Parse(content).Where(claim => IsWithoutDriver(sysfs, claim)).Select(claim => $"{claim.BusId}:{claim.Interface}").Order().ToArray();
            if (orphans.Length > 0)
            {
                yield return Finding.Warning(
                    "H-CLAIMS-LEFT",
                    $"A killed daemon left interfaces without their kernel drivers: {string.Join(", ", orphans)} (noted in {path}).",
                    "usbip-host serve, which gives them back when it starts");
            }
        }
    }

    /// <summary>None where it is not this user's to look.</summary>
    private static string[] Files(string directory)
    {
        try
        {
            return Directory.GetFiles(directory, ClaimsFile.Pattern);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Null while its owner lives and holds the lock, or where it is not this user's to read.</summary>
    private static string? ReadOfDeadHost(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsWithoutDriver(SysfsDevices sysfs, ClaimedInterface claim) =>
        sysfs.DeviceNumber(claim.BusId.ToString()) == claim.DeviceNumber
        && sysfs.Interfaces(claim.BusId.ToString()).Any(one => one.Number == claim.Interface && one.Driver is null);
}
