using System.Text;
using UsbIp.Devices;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// Finds what the machine does with the disks of a USB device: file systems, swap, and the block devices that are stacked upon them (LVM, RAID,
/// encryption). The kernel takes usb-storage off a mounted disk without asking anybody, so the question must be put before. Safe for use by
/// several threads.
/// </summary>
/// <param name="options">Where block devices, mounts, swaps and btrfs's members are listed. What cannot be read there counts as none.</param>
internal sealed class BlockDeviceUse(LinuxUsbOptions options)
{
    private readonly string _procRoot = options.ProcRoot;
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
        foreach (var entry in Entries(options.BlockRoot))
        {
            if (SysfsDevices.RealPath(entry) is { } disk
                && disk.StartsWith(device, StringComparison.Ordinal)
                && (FindMount(entry) ?? FindBtrfs(entry) ?? FindSwap(entry) ?? FindHolder(entry)) is { } use)
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
        foreach (var line in Lines(Path.Combine(_procRoot, "self", "mountinfo")))
        {
            var fields = line.Split(' ');
            var behind = Array.IndexOf(fields, "-");
            if (behind < MountPointField || behind + 2 >= fields.Length)
            {
                continue;
            }

            // btrfs has numbers of its own; there the source tells.
            if (fields[MountNumbersField] == numbers || NameOf(fields[behind + 2]) == name)
            {
                var mountPoint = Unescape(fields[MountPointField]);
                return new DeviceUse($"{name} is mounted on {mountPoint}", $"umount '{mountPoint}'");
            }
        }

        return null;
    }

    /// <summary>A btrfs over several disks names one of them in its mount; the kernel lists them all (fs/btrfs/sysfs.c, btrfs_sysfs_add_device).</summary>
    private DeviceUse? FindBtrfs(string entry)
    {
        var name = Path.GetFileName(entry);
        foreach (var fileSystem in Entries(options.BtrfsRoot))
        {
            var members = Entries(Path.Combine(fileSystem, "devices")).Select(member => Path.GetFileName(member)!).ToArray();
            if (members.Contains(name))
            {
                var mount = members.Select(member => FindMount(Path.Combine(options.BlockRoot, member))).FirstOrDefault(use => use is not null);
                return mount is { } known
                    ? new DeviceUse($"{name} is part of a btrfs, of which {known.What}", known.Remedy)
                    : new DeviceUse($"{name} is part of a btrfs that is in use", "umount it, wherever it is mounted");
            }
        }

        return null;
    }

    private DeviceUse? FindSwap(string entry)
    {
        var name = Path.GetFileName(entry);
        return Lines(Path.Combine(_procRoot, "swaps")).Any(line => NameOf(line.Split(' ', '\t')[0]) == name)
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
