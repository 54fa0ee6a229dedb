using UsbIp.Shared;

namespace UsbIp.Host.Tests.LinuxUsb;

/// <summary>Disks that must not be taken from under the machine that uses them.</summary>
public sealed class BlockDeviceUseTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    public BlockDeviceUseTests()
    {
        _sysfs.Plug("1-2");
        _sysfs.Plug("1-3");
        _sysfs.AddDisk("1-2", "sda", "8:0");
        _sysfs.AddDisk("1-2", "sda/sda1", "8:1");
        _sysfs.AddDisk("1-3", "sdb", "8:16");
        _sysfs.WriteProc("self/mountinfo", "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n");
        _sysfs.WriteProc("swaps", "Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n/dev/vda2                               partition\t999\t0\t-2\n");
    }

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void A_disk_that_only_lies_there_is_free() => Use("1-2").Should().BeNull();

    [Fact]
    public void A_machine_without_block_devices_uses_none() =>
        new BlockDeviceUse("/nowhere", "/nowhere", "/nowhere").Find("/sys/bus/usb/devices/1-2").Should().BeNull();

    [Fact]
    public void A_mounted_partition_is_named_with_its_mount_point()
    {
        _sysfs.WriteProc("self/mountinfo", "40 22 8:1 / /media/my\\040stick rw,nosuid shared:9 - vfat /dev/sda1 rw\n");

        Use("1-2").Should().Be(("sda1 is mounted on /media/my stick", "umount '/media/my stick'"));
        Use("1-3").Should().BeNull("that is another device's disk");
    }

    [Fact]
    public void A_file_system_with_numbers_of_its_own_is_known_by_its_source()
    {
        _sysfs.WriteProc("self/mountinfo", "40 22 0:35 / /mnt rw - btrfs /dev/sda rw,space_cache\n");

        Use("1-2").Should().Be(("sda is mounted on /mnt", "umount '/mnt'"));
    }

    [Fact]
    public void A_further_disk_of_a_btrfs_is_in_use_though_no_mount_names_it()
    {
        _sysfs.AddBtrfs("sda1", "sdb");
        _sysfs.WriteProc("self/mountinfo", "40 22 0:35 / /mnt rw - btrfs /dev/sdb rw,space_cache\n");

        Use("1-2").Should().Be(("sda1 is part of a btrfs, of which sdb is mounted on /mnt", "umount '/mnt'"));
    }

    [Fact]
    public void A_btrfs_that_is_mounted_out_of_sight_is_in_use()
    {
        _sysfs.AddBtrfs("sda1");

        Use("1-2").Should().Be(("sda1 is part of a btrfs that is in use", "umount it, wherever it is mounted"));
    }

    [Fact]
    public void Swap_is_in_use()
    {
        _sysfs.WriteProc("swaps", "Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n/dev/sda1                               partition\t999\t0\t-2\n");

        Use("1-2").Should().Be(("sda1 is used as swap", "swapoff /dev/sda1"));
    }

    [Fact]
    public void A_part_of_something_larger_is_in_use()
    {
        _sysfs.AddHolder("sda1", "dm-0");

        Use("1-2").Should().Be(("sda1 is part of dm-0", "close dm-0 (umount, then vgchange -an, cryptsetup close or mdadm --stop)"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("40 22 8:1\n")]
    [InlineData("40 22 8:1 / /mnt rw\n")]
    [InlineData("40 22 8:1 / /mnt rw -\n")]
    [InlineData("- - - - - -\n")]
    public void Lines_that_are_no_mounts_are_passed_over(string mounts)
    {
        _sysfs.WriteProc("self/mountinfo", mounts);

        Use("1-2").Should().BeNull();
    }

    private (string What, string Remedy)? Use(string busId) =>
        _sysfs.Options.Disks.Find(Path.Combine(_sysfs.Root, busId)) is { } use
            ? (use.What, use.Remedy)
            : null;
}
