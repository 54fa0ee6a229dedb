using UsbIp.Devices;
using UsbIp.Host.LibUsb;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Doctor;

/// <summary>Is libusb there, in a version that will do?</summary>
internal static class LibraryCheck
{
    private const string OtherWay = "; or do without it: usbip-host serve --backend usbfs";

    public static IEnumerable<Finding> Run(HostSurroundings surroundings)
    {
        var version = surroundings.FindLibUsb();
        Finding finding;
        try
        {
            LibUsbLibrary.Check(version);
            finding = Finding.Note("H-LIBUSB", $"libusb {version} is installed.");
        }
        catch (UsbException failure)
        {
            finding = Finding.Error(version is null ? "H-LIBUSB-MISSING" : "H-LIBUSB-OLD", failure.Message, failure.Hint + OtherWay);
        }

        yield return finding;
    }
}
