using System.Runtime.InteropServices;
using UsbIp.Devices;

namespace UsbIp.Host.LibUsb;

/// <summary>Whether libusb is on this machine, in a version that will do. It is loaded when the first device is opened, not before.</summary>
internal static unsafe class LibUsbLibrary
{
    /// <summary>The first version whose contexts can be told to leave discovery to us.</summary>
    private const int OldestMicro = 24;

    private static readonly Version Oldest = new(1, 0, OldestMicro);

    /// <summary>Its version, for the doctor; null if it is missing.</summary>
    public static Version? Find()
    {
        if (!NativeLibrary.TryLoad(LibUsbNative.Library, typeof(LibUsbLibrary).Assembly, DllImportSearchPath.SafeDirectories, out _))
        {
            return null;
        }

        var version = LibUsbNative.GetVersion();
        return new Version(version->Major, version->Minor, version->Micro);
    }

    /// <exception cref="UsbException">It is missing or too old.</exception>
    public static void Require() => Check(Find());

    /// <summary>Whether a library of that version will do.</summary>
    /// <exception cref="UsbException">There is none, or it is too old.</exception>
    public static void Check(Version? version)
    {
        if (version is null)
        {
            throw new UsbException(
                UsbFailure.BackendMissing,
                $"{LibUsbNative.Library} is not installed, and without it no device can be opened.",
                "apt install libusb-1.0-0 (Fedora: dnf install libusb1; Arch: pacman -S libusb; Alpine: apk add libusb)");
        }

        if (version < Oldest)
        {
            throw new UsbException(
                UsbFailure.BackendMissing,
                $"The installed libusb {version} is older than {Oldest}, the first that can be used.",
                "install a later libusb-1.0");
        }
    }
}
