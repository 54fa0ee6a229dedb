using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Doctor;

/// <summary>Does the kernel lend enough memory to transfers of user space?</summary>
internal static class MemoryCheck
{
    public static IEnumerable<Finding> Run(HostSurroundings surroundings)
    {
        var megabytes = UsbfsMemory.ReadMegabytes(surroundings.MemoryParameter);
        if (megabytes is > 0 and < UsbfsMemory.DefaultMegabytes)
        {
            yield return Finding.Warning(
                "H-USBFS-MEMORY",
                $"The kernel lends {megabytes} MiB to all transfers of real devices together, less than its default of {UsbfsMemory.DefaultMegabytes} MiB.",
                $"echo 64 > {surroundings.MemoryParameter}, or for good usbcore.usbfs_memory_mb=64 on the kernel's command line");
        }
        else if (UsbfsMemory.Advice(megabytes) is { } advice)
        {
            yield return Finding.Note("H-USBFS-MEMORY-DEFAULT", advice);
        }
    }
}
