using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>
/// The serial adapters whose interfaces have no class that says so. They are known by their vendor: those whose Linux drivers keep two bulk
/// reads posted and give what comes to the port, whatever it is (drivers/usb/serial/generic.c).
/// </summary>
internal static class SerialAdapters
{
    private const byte VendorSpecificClass = 0xFF;

    private const ushort Ftdi = 0x0403; // ftdi_sio.c
    private const ushort Prolific = 0x067B; // pl2303.c
    private const ushort SiliconLabs = 0x10C4; // cp210x.c
    private const ushort QinHeng = 0x1A86; // ch341.c

    private const byte VendorDeviceOut = 0x40;
    private const byte FtdiReset = 0; // FTDI_SIO_RESET_REQUEST
    private const ushort FtdiResetAll = 0; // FTDI_SIO_RESET_SIO

    /// <summary>Whether this is an interface of such an adapter.</summary>
    /// <param name="vendor">The device's idVendor.</param>
    /// <param name="setting">The interface in its setting.</param>
    public static bool Has(ushort vendor, InterfaceDescriptor setting) =>
        vendor is Ftdi or Prolific or SiliconLabs or QinHeng && setting.Class == VendorSpecificClass;

    /// <summary>
    /// Whether the adapter was told to forget what it has received: FTDI's reset, which its driver asks for each time a port is opened
    /// (drivers/usb/serial/ftdi_sio.h, FTDI_SIO_RESET: "Purge receive buffer").
    /// </summary>
    /// <param name="vendor">The device's idVendor.</param>
    /// <param name="setup">The request.</param>
    /// <param name="number">Then the number of the port's interface.</param>
    public static bool Empties(ushort vendor, in SetupPacket setup, out byte number)
    {
        // Ports are counted from 1; a chip with only one has 0 as well.
        number = (byte)Math.Max(0, (setup.Index & 0xFF) - 1);
        return vendor == Ftdi && setup is { RequestType: VendorDeviceOut, Request: FtdiReset, Value: FtdiResetAll };
    }
}
