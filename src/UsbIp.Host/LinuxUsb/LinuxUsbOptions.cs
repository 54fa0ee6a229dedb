using UsbIp.Shared;

namespace UsbIp.Host.LinuxUsb;

/// <summary>Where the system keeps its USB devices, and what may be served.</summary>
public sealed record LinuxUsbOptions
{
    /// <summary>The kernel's list of devices.</summary>
    public string SysfsRoot { get; init; } = "/sys/bus/usb/devices";

    /// <summary>The device nodes.</summary>
    public string NodeRoot { get; init; } = "/dev/bus/usb";

    /// <summary>The kernel's block devices and partitions.</summary>
    public string BlockRoot { get; init; } = "/sys/class/block";

    /// <summary>The members of each btrfs that is in use.</summary>
    public string BtrfsRoot { get; init; } = "/sys/fs/btrfs";

    /// <summary>The kernel's input devices.</summary>
    public string InputRoot { get; init; } = "/sys/class/input";

    /// <summary>Where mounts and swaps are listed.</summary>
    public string ProcRoot { get; init; } = "/proc";

    /// <summary>Where claims are noted for <see cref="ClaimRecovery"/>; null notes nothing.</summary>
    public string? ClaimsDirectory { get; init; } = DefaultClaimsDirectory;

    /// <summary>Serve devices that are themselves attached through USB/IP. Only for tests: a device served to its own machine is a loop.</summary>
    public bool AllowRemote { get; init; }

    /// <summary>Usbfs alone: treat every host controller as one that cannot gather long transfers. Only for tests: few machines have one.</summary>
    public bool SplitBulk { get; init; }

    /// <summary>Finds what this machine does with the disks of a device.</summary>
    internal BlockDeviceUse Disks => new(BlockRoot, BtrfsRoot, ProcRoot);

    /// <summary>/run/usbip-host for root, XDG_RUNTIME_DIR/usbip-host for others: gone with the next boot, as the claims are.</summary>
    public static string DefaultClaimsDirectory =>
        Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") is { Length: > 0 } service ? service.Split(':')[0]
        : Environment.IsPrivilegedProcess || Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is not { Length: > 0 } user ? "/run/usbip-host"
        : Path.Combine(user, "usbip-host");
}
