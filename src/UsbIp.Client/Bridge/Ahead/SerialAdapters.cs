using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>
/// The serial adapters whose interfaces have no class that says so, known by the ids that their chips are made with. Their Linux drivers
/// keep two bulk reads posted for each open port, and pass on whatever comes (drivers/usb/serial/generic.c).
/// </summary>
internal static class SerialAdapters
{
    private const byte VendorSpecificClass = 0xFF;

    private const ushort Ftdi = 0x0403; // ftdi_sio.c
    private const ushort Prolific = 0x067B; // pl2303.c
    private const ushort SiliconLabs = 0x10C4; // cp210x.c
    private const ushort QinHeng = 0x1A86; // ch341.c

    private const byte VendorDeviceOut = 0x40;
    private const byte VendorInterfaceOut = 0x41;

    private const byte FtdiReset = 0;
    private const ushort FtdiResetAll = 0;
    private const ushort FtdiResetInput = 2; // SIO_TCIFLUSH of libftdi
    private const byte SiliconLabsPurge = 0x12;
    private const ushort SiliconLabsPurgeAll = 0x000F;
    private const byte ProlificWrite = 0x01;
    private const byte ProlificWriteNew = 0x80;
    private const ushort ProlificPipeOne = 8;
    private const ushort ProlificPipeTwo = 9;
    private const ushort ProlificResetRegister = 7; // of the newer chips, HXN

    /// <summary>Whether this is an interface of such an adapter.</summary>
    /// <param name="device">The device.</param>
    /// <param name="setting">The interface in its setting.</param>
    public static bool Has(DeviceRecord device, InterfaceDescriptor setting) => setting.Class == VendorSpecificClass && IsOne(device);

    /// <summary>
    /// The interface whose port is told to forget what it has received, or null. FTDI's driver asks for that when a port is opened, as
    /// Prolific's does, and Silicon Labs' when it is closed; WCH's never.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="setup">The request.</param>
    public static byte? EmptiedBy(DeviceRecord device, in SetupPacket setup) => (device.VendorId, setup) switch
    {
        (_, { Length: > 0 }) => null, // of none of them
        // Ports are counted from 1; a chip with only one has 0 as well.
        (Ftdi, { RequestType: VendorDeviceOut, Request: FtdiReset, Value: FtdiResetAll or FtdiResetInput }) => (byte)Math.Max(0, (setup.Index & 0xFF) - 1),
        (SiliconLabs, { RequestType: VendorInterfaceOut, Request: SiliconLabsPurge, Value: SiliconLabsPurgeAll }) => (byte)setup.Index,
        (Prolific, { RequestType: VendorDeviceOut, Request: ProlificWrite, Value: ProlificPipeOne or ProlificPipeTwo }) => 0,
        (Prolific, { RequestType: VendorDeviceOut, Request: ProlificWriteNew, Value: ProlificResetRegister }) => 0,
        _ => null,
    };

    /// <summary>Other products of theirs are other things too: programmers, network cables.</summary>
    private static bool IsOne(DeviceRecord device) => (device.VendorId, device.ProductId) is
        (Ftdi, 0x6001 or 0x6010 or 0x6011 or 0x6014 or 0x6015)
        or (Prolific, 0x2303 or 0x2304 or 0x23A3 or 0x23B3 or 0x23C3 or 0x23D3 or 0x23E3 or 0x23F3)
        or (SiliconLabs, 0xEA60 or 0xEA61 or 0xEA63 or 0xEA70 or 0xEA71 or 0xEA7A or 0xEA7B)
        or (QinHeng, 0x5523 or 0x7522 or 0x7523);
}
