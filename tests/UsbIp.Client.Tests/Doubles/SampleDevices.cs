using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Doubles;

/// <summary>A memory stick and a serial adapter, as a host lists them and as they answer control requests.</summary>
internal static class SampleDevices
{
    /// <summary>Only the entries that the tests name.</summary>
    public static UsbNames Names { get; } = new("""

        0781  SanDisk Corp.
        	5581  Ultra
        C 08  Mass Storage
        	06  SCSI
        		50  Bulk-Only
        C 02  Communications
        AT 0101  USB Streaming
        HID 22  Report
        R 04  Usage Page
        R 08  Usage
        R 54  Unit Exponent
        R 64  Unit
        R 80  Input
        R a0  Collection
        R c0  End Collection
        HUT 01  Generic Desktop Controls
        	006  Keyboard
        HCC 00  Not supported
        """u8.ToArray());

    public static DeviceRecord StickRecord { get; } = new()
    {
        Path = "/sys/devices/pci0000:00/usb2/2-1",
        BusId = BusId.Parse("2-1"),
        BusNumber = 2,
        DeviceNumber = 3,
        Speed = UsbSpeed.Super,
        VendorId = 0x0781,
        ProductId = 0x5581,
        DeviceRelease = 0x0100,
        DeviceClass = 0,
        DeviceSubClass = 0,
        DeviceProtocol = 0,
        ConfigurationValue = 1,
        ConfigurationCount = 1,
        InterfaceCount = 1,
    };

    public static ListedDevice Stick { get; } = new(StickRecord, [new InterfaceRecord(8, 6, 0x50)]);

    public static ListedDevice Modem { get; } = new(
        StickRecord with { BusId = BusId.Parse("1-1.4"), BusNumber = 1, DeviceNumber = 9, Speed = UsbSpeed.Full, VendorId = 0x1234, ProductId = 0xABCD, DeviceClass = 2 },
        []);

    private static byte[] Device { get; } = Convert.FromHexString("120100030000000981078155000101020301");

    private static byte[] Configuration { get; } = Convert.FromHexString(
        "09022C000101008070" // the configuration
        + "090400000208065000" // its interface
        + "07058102000400" + "063000000000" // bulk IN
        + "07050202000400" + "06300F000000"); // bulk OUT

    private static byte[] ObjectStore { get; } = Convert.FromHexString("050F160002" + "07100202000000" + "0A1003000E00010AFF07");

    /// <summary>Answers GET_DESCRIPTOR and GET_STATUS like the memory stick, anything else with a stall.</summary>
    public static void Serve(RawHost host, DeviceRecord record)
    {
        while (host.Receive() is { } request)
        {
            var setup = request.Submit.Setup;
            var data = Answer(setup);
            if (data is null)
            {
                host.Reply(request.Seqnum, UrbStatus.Stall);
            }
            else
            {
                host.ReplyWith(request.Seqnum, data.AsSpan(0, Math.Min(data.Length, setup.Length)));
            }
        }
    }

    private static byte[]? Answer(SetupPacket setup) => (setup.Request, setup.Value) switch
    {
        (0, _) => [0x00, 0x00],
        (6, 0x0100) => Device,
        (6, 0x0200) => Configuration,
        (6, 0x0300) => [4, 3, 0x09, 0x04],
        (6, 0x0301) => Text("SanDisk"),
        (6, 0x0302) => Text("Ultra\u001b[31m\u202e"),
        (6, 0x0303) => Text("4C53000"),
        (6, 0x0F00) => ObjectStore,
        _ => null,
    };

    private static byte[] Text(string text) => [(byte)(2 + (text.Length * 2)), 3, .. System.Text.Encoding.Unicode.GetBytes(text)];
}
