using System.Globalization;
using System.Runtime.InteropServices;
using UsbIp.Devices;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// An open device node (/dev/bus/usb/BBB/DDD), and what is asked of the kernel there besides URBs and claims. Those are its
/// <see cref="DeviceHandle"/>'s, which has the descriptor without owning it: dispose this after it. No finalizer, which could close the
/// descriptor under libusb.
/// </summary>
internal sealed unsafe class UsbfsNode : IDisposable
{
    /// <summary>The driver of interfaces that a program has claimed.</summary>
    public const string DriverName = "usbfs";

    internal const nuint InterfaceControlRequest = 0xC0105512; // USBDEVFS_IOCTL on 64 bit
    private const nuint InterfaceControlRequest32 = 0xC00C5512; // USBDEVFS_IOCTL on 32 bit
    internal const int ConnectRequest = 0x5517; // USBDEVFS_CONNECT

    private int _descriptor;

    private UsbfsNode(int descriptor, string path)
    {
        _descriptor = descriptor;
        Path = path;
    }

    public string Path { get; }

    public int Descriptor => _descriptor;

    /// <summary>True once the kernel has disconnected the device from this descriptor (kernel: devio.c, usbdev_poll).</summary>
    public bool IsDisconnected
    {
        get
        {
            var entry = new LinuxNative.PollEntry { Descriptor = _descriptor };
            return LinuxNative.Poll(&entry, 1, 0) > 0 && (entry.Returned & (LinuxNative.PollHangUp | LinuxNative.PollError)) != 0;
        }
    }

    public static string PathOf(string nodeRoot, UsbDeviceInfo device) => System.IO.Path.Combine(
        nodeRoot,
        device.BusNumber.ToString("D3", CultureInfo.InvariantCulture),
        device.DeviceNumber.ToString("D3", CultureInfo.InvariantCulture));

    /// <exception cref="UsbException">The node is not there, or this user may not open it.</exception>
    public static UsbfsNode Open(string nodeRoot, UsbDeviceInfo device)
    {
        var path = PathOf(nodeRoot, device);
        var descriptor = LinuxNative.Open(path, LinuxNative.OpenReadWriteCloseOnExec);
        return descriptor >= 0 ? new UsbfsNode(descriptor, path) : throw Refusal(device, path, Marshal.GetLastPInvokeError());
    }

    /// <summary>Lets the kernel find a driver for an interface that has none (kernel: devio.c, USBDEVFS_CONNECT).</summary>
    /// <returns>True if one has taken it.</returns>
    public bool TryReconnect(int interfaceNumber)
    {
        var control = new LinuxNative.InterfaceControl { InterfaceNumber = interfaceNumber, Request = ConnectRequest };
        var request = sizeof(nint) == 8 ? InterfaceControlRequest : InterfaceControlRequest32;
        return LinuxNative.Control(_descriptor, request, &control) > 0;
    }

    public void Dispose()
    {
        var descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
        {
            LinuxNative.Close(descriptor);
        }
    }

    private static UsbException Refusal(UsbDeviceInfo device, string path, int errno) => errno switch
    {
        LinuxNative.AccessDenied or LinuxNative.PermissionDenied => new UsbException(
            UsbFailure.AccessDenied,
            $"The device {device.BusId} may not be opened by this user: no permission to read and write {path}.",
            $"'sudo usbip-host access grant {device.Descriptor.VendorId:x4}:{device.Descriptor.ProductId:x4}' for the service's user, or run usbip-host as root"),
        LinuxNative.NoEntry when !Directory.Exists(System.IO.Path.GetDirectoryName(path)) => new UsbException(
            UsbFailure.BackendMissing,
            $"The device {device.BusId} has no node: {path} does not exist, nor does its directory.",
            "a container needs /dev/bus/usb passed in (docker: -v /dev/bus/usb:/dev/bus/usb --device-cgroup-rule='c 189:* rmw')"),
        LinuxNative.NoEntry or LinuxNative.NoDevice or LinuxNative.NoSuchAddress => new UsbException(
            UsbFailure.NotFound, $"The device {device.BusId} is gone: {path} is no device any more."),
        _ => new UsbException(UsbFailure.Other, $"The device {device.BusId} does not open: {path}: {Marshal.GetPInvokeErrorMessage(errno)}."),
    };
}
