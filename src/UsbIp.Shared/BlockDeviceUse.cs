using System.Text;

namespace UsbIp.Shared;

/// <summary>
/// Finds what the machine does with the disks of a USB device: file systems, swap, and the block devices that are stacked upon them (LVM, RAID,
/// encryption). The kernel takes usb-storage off a mounted disk without asking anybody, so the question must be put before. Safe for use by
/// several threads.
/// </summary>
/// <param name="blockRoot">Where the kernel lists block devices and partitions, /sys/class/block. What cannot be read here or below counts as none.</param>
/// <param name="btrfsRoot">Where it lists the members of each btrfs, /sys/fs/btrfs.</param>
/// <param name="procRoot">Where it lists mounts and swaps, /proc.</param>
internal sealed class BlockDeviceUse(string blockRoot, string btrfsRoot, string procRoot)
{
    private const int MountNumbersField = 2; // proc(5), mountinfo: ID, parent, major:minor, root, mount point, options, ... - type, source
    private const int MountPointField = 4;

    /// <summary>One use of a disk or partition that is part of the device whose directory in sysfs this is; null if there is none.</summary>
    public BlockUse? Find(string devicePath)
    {
        if (SysfsLink.Resolve(devicePath) is not { } realPath)
        {
            return null;
        }

        var device = realPath + Path.DirectorySeparatorChar;
        foreach (var entry in Entries(blockRoot))
        {
            if (SysfsLink.Resolve(entry) is { } disk
                && disk.StartsWith(device, StringComparison.Ordinal)
                && (FindMount(entry) ?? FindBtrfs(entry) ?? FindSwap(entry) ?? FindHolder(entry)) is { } use)
            {
                return use;
            }
        }

        return null;
    }

    private BlockUse? FindMount(string entry)
    {
        var name = Path.GetFileName(entry);
        var numbers = Lines(Path.Combine(entry, "dev")).FirstOrDefault();
        foreach (var line in Lines(Path.Combine(procRoot, "self", "mountinfo")))
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
                return new BlockUse($"{name} is mounted on {mountPoint}", $"umount '{mountPoint}'");
            }
        }

        return null;
    }

    /// <summary>A btrfs over several disks names one of them in its mount; the kernel lists them all (fs/btrfs/sysfs.c, btrfs_sysfs_add_device).</summary>
    private BlockUse? FindBtrfs(string entry)
    {
        var name = Path.GetFileName(entry);
        foreach (var fileSystem in Entries(btrfsRoot))
        {
            var members = Entries(Path.Combine(fileSystem, "devices")).Select(member => Path.GetFileName(member)!).ToArray();
            if (members.Contains(name))
            {
                var mount = members.Select(member => FindMount(Path.Combine(blockRoot, member))).FirstOrDefault(use => use is not null);
                return mount is { } known
                    ? new BlockUse($"{name} is part of a btrfs, of which {known.What}", known.Remedy)
                    : new BlockUse($"{name} is part of a btrfs that is in use", "umount it, wherever it is mounted");
            }
        }

        return null;
    }

    private BlockUse? FindSwap(string entry)
    {
        var name = Path.GetFileName(entry);
        return Lines(Path.Combine(procRoot, "swaps")).Any(line => NameOf(line.Split(' ', '\t')[0]) == name)
            ? new BlockUse($"{name} is used as swap", $"swapoff /dev/{name}")
            : null;
    }

    private static BlockUse? FindHolder(string entry)
    {
        var holder = Entries(Path.Combine(entry, "holders")).FirstOrDefault();
        return holder is null
            ? null
            : new BlockUse(
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
