using UsbIp.Host.Interop;
using UsbIp.Host.LibUsb;
using UsbIp.Host.LinuxUsb;
using UsbIp.Host.Service;
using UsbIp.Protocol;

namespace UsbIp.Host.Doctor;

/// <summary>All that the doctor looks at: places of this machine, or those that a test has made.</summary>
public sealed record HostSurroundings
{
    public LinuxUsbOptions Usb { get; init; } = new();

    /// <summary>The parameter usbfs_memory_mb.</summary>
    public string MemoryParameter { get; init; } = UsbfsMemory.ParameterPath;

    /// <summary>Where firewalls are set up.</summary>
    public string ConfigurationRoot { get; init; } = "/etc";

    /// <summary>The TCP port that clients come to.</summary>
    public int Port { get; init; } = ProtocolConstants.DefaultPort;

    /// <summary>The version of libusb; null if it is missing.</summary>
    public Func<Version?> FindLibUsb { get; init; } = LibUsbLibrary.Find;

    /// <summary>What systemd says of the service's units; empty where it does not run.</summary>
    public Func<string> ShowUnits { get; init; } = ServiceUnits.Show;

    /// <summary>Whether this user may read a file and write to it.</summary>
    public Func<string, bool> MayWrite { get; init; } = UserAccess.MayReadAndWrite;
}
