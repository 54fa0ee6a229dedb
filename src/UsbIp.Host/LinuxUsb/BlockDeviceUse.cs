using System.Text;
using UsbIp.Devices;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// Finds what the machine does with the disks of a USB device: file systems, swap, and the block devices that are stacked upon them (LVM, RAID,
/// encryption). The kernel takes usb-storage off a mounted disk without asking anybody, so the question must be put before. Safe for use by
/// several threads.
/// </summary>
/// <param name="blockRoot">The kernel's block devices, partitions included: normally /sys/class/block.</param>
/// <param name="procRoot">Where the mounts and swaps of this process's view are, normally /proc. What cannot be read there counts as none.</param>
internal sealed class BlockDeviceUse(string blockRoot, string procRoot)
{
    private const int MountNumbersField = 2; // proc(5), mountinfo: ID, parent, major:minor, root, mount point, options, ... - type, source
    private const int MountPointField = 4;

    /// <summary>One use of a disk or partition that is part of the device whose directory in sysfs this is; null if there is none.</summary>
    public DeviceUse? Find(string devicePath)
    {
        if (SysfsDevices.RealPath(devicePath) is not { } realPath)
        {
            return null;
        }

        var device = realPath + Path.DirectorySeparatorChar;
        foreach (var entry in Entries(blockRoot))
        {
            if (SysfsDevices.RealPath(entry) is { } disk
                && disk.StartsWith(device, StringComparison.Ordinal)
                && (FindMount(entry) ?? FindSwap(entry) ?? FindHolder(entry)) is { } use)
            {
                return use;
            }
        }

        return null;
    }

    private DeviceUse? FindMount(string entry)
    {
        var name = Path.GetFileName(entry);
        var numbers = Lines(Path.Combine(entry, "dev")).FirstOrDefault();
        foreach (var line in Lines(Path.Combine(procRoot, "self", "mountinfo")))
        {
            var fields = line.Split(' ');
            var options = Array.IndexOf(fields, "-");
            if (options < MountPointField || options + 2 >= fields.Length)
            {
                continue;
            }

            // btrfs has numbers of its own; there the source tells.
            if (fields[MountNumbersField] == numbers || NameOf(fields[options + 2]) == name)
            {
                var mountPoint = Unescape(fields[MountPointField]);
                return new DeviceUse($"{name} is mounted on {mountPoint}", $"umount '{mountPoint}'");
            }
        }

        return null;
    }

    private DeviceUse? FindSwap(string entry)
    {
        var name = Path.GetFileName(entry);
        return Lines(Path.Combine(procRoot, "swaps")).Any(line => NameOf(line.Split(' ', '\t')[0]) == name)
            ? new DeviceUse($"{name} is used as swap", $"swapoff /dev/{name}")
            : null;
    }

    private static DeviceUse? FindHolder(string entry)
    {
        var holder = Entries(Path.Combine(entry, "holders")).FirstOrDefault();
        return holder is null
            ? null
            : new DeviceUse(
                $"{Path.GetFileName(entry)} is part of {Path.GetFileName(holder)}",
                $"close {Path.GetFileName(holder)} (umount, then vgchange -an, cryptsetup close or mdadm --stop)");
    }

    private static string? NameOf(string node) =>
        node.StartsWith("/dev/", StringComparison.Ordinal) ? Unescape(node["/dev/".Length..]) : null;

    /// <summary>Spaces, tabs, line ends and backslashes are written as three octal digits (kernel: mangle_path).</summary>
    private static string Unescape(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] == '\\' && index + 3 < text.Length && IsOctal(text.AsSpan(index + 1, 3)))
            {
                plain.Append((char)(((text[index + 1] - '0') * 64) + ((text[index + 2] - '0') * 8) + (text[index + 3] - '0')));
                index += 3;
            }
            else
            {
                plain.Append(text[index]);
            }
        }

        return plain.ToString();
    }

    private static bool IsOctal(ReadOnlySpan<char> digits) => !digits.ContainsAnyExceptInRange('0', '7') && digits[0] < '4';

    private static IEnumerable<string> Entries(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
