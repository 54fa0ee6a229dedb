using System.Runtime.InteropServices;
using UsbIp.Devices;

namespace UsbIp.Host.LibUsb;

/// <summary>Whether libusb is on this machine, in a version that will do. It is loaded when the first device is opened, not before.</summary>
internal static unsafe class LibUsbLibrary
{
    /// <summary>The first version whose contexts can be told to leave discovery to us.</summary>
    private const int OldestMicro = 24;

    /// <exception cref="UsbException">It is missing or too old.</exception>
    public static void Require()
    {
        if (!NativeLibrary.TryLoad(LibUsbNative.Library, typeof(LibUsbLibrary).Assembly, DllImportSearchPath.SafeDirectories, out _))
        {
            throw new UsbException(
                UsbFailure.BackendMissing,
                $"{LibUsbNative.Library} is not installed, and without it no device can be opened.",
                "apt install libusb-1.0-0 (Fedora: dnf install libusb1; Arch: pacman -S libusb; Alpine: apk add libusb)");
        }

        var version = LibUsbNative.GetVersion();
        if (version->Major == 1 && version->Minor == 0 && version->Micro < OldestMicro)
        {
            throw new UsbException(
                UsbFailure.BackendMissing,
                $"The installed libusb {version->Major}.{version->Minor}.{version->Micro} is older than 1.0.{OldestMicro}, the first that can be used.",
                "install a later libusb-1.0");
        }
    }
}
