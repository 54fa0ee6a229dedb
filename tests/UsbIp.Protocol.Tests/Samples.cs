namespace UsbIp.Protocol.Tests;

/// <summary>What the golden files say, as values.</summary>
internal static class Samples
{
    public static readonly DeviceRecord GadgetZero = new()
    {
        Path = "/sys/devices/pci0000:00/usb1/1-1.2",
        BusId = BusId.Parse("1-1.2"),
        BusNumber = 1,
        DeviceNumber = 17,
        Speed = UsbSpeed.High,
        VendorId = 0x0525,
        ProductId = 0xA4A0,
        DeviceRelease = 0x0615,
        DeviceClass = 0,
        DeviceSubClass = 0,
        DeviceProtocol = 0,
        ConfigurationValue = 3,
        ConfigurationCount = 2,
        InterfaceCount = 1,
    };

    public static readonly DeviceRecord Keyboard = new()
    {
        Path = "/virtual/250-2",
        BusId = BusId.Parse("250-2"),
        BusNumber = 250,
        DeviceNumber = 2,
        Speed = UsbSpeed.Full,
        VendorId = 0x1209,
        ProductId = 0x0002,
        DeviceRelease = 0x0100,
        DeviceClass = 0xEF,
        DeviceSubClass = 2,
        DeviceProtocol = 1,
        ConfigurationValue = 0,
        ConfigurationCount = 1,
        InterfaceCount = 2,
    };

    public static readonly ListedDevice[] Devices =
    [
        new(GadgetZero, [new InterfaceRecord(0xFF, 0, 0)]),
        new(Keyboard, [new InterfaceRecord(3, 1, 1), new InterfaceRecord(2, 2, 1)]),
    ];

    /// <summary>A buffer that something was in before: a writer that skips a byte leaves it.</summary>
    public static byte[] UsedBuffer(int size)
    {
        var bytes = new byte[size];
        Array.Fill(bytes, (byte)0xAA);
        return bytes;
    }
}
