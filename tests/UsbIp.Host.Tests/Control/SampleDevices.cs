using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Tests.Control;

/// <summary>Devices as a machine has them.</summary>
internal static class SampleDevices
{
    public static UsbDeviceInfo Stick { get; } = Device("1-2", 0x0781, 0x5581, [new InterfaceDescriptor(0, 0, 0x08, 6, 0x50, 0, [])]) with
    {
        Speed = UsbSpeed.Super,
        Manufacturer = "SanDisk",
        Product = "Ultra",
        SerialNumber = "4C530001",
        Drivers = ["usb-storage"],
    };

    /// <summary>Without strings of its own, and of two kinds.</summary>
    public static UsbDeviceInfo Keyboard { get; } = Device(
        "1-10.4",
        0x046d,
        0xc31c,
        [new InterfaceDescriptor(0, 0, 0x03, 1, 1, 0, []), new InterfaceDescriptor(1, 0, 0x03, 0, 0, 0, []), new InterfaceDescriptor(2, 0, 0x01, 0, 0, 0, [])]) with
    {
        Speed = UsbSpeed.Low,
        Drivers = ["usbhid"],
    };

    public static UsbDeviceInfo Hub { get; } = Device("1-1", 0x1d6b, 0x0002, [new InterfaceDescriptor(0, 0, 0x09, 0, 0, 0, [])]) with
    {
        Descriptor = new DeviceDescriptor(0x0200, 0x09, 0, 1, 64, 0x1d6b, 0x0002, 0x0100, 0, 0, 0, 1),
    };

    public static UsbDeviceInfo Device(string busId, ushort vendor, ushort product, IReadOnlyList<InterfaceDescriptor>? interfaces = null) => new()
    {
        BusId = BusId.Parse(busId),
        BusNumber = 1,
        DeviceNumber = 5,
        Speed = UsbSpeed.High,
        Descriptor = new DeviceDescriptor(0x0200, 0, 0, 0, 64, vendor, product, 0x0100, 0, 0, 0, 1),
        Configurations = [new ConfigurationDescriptor(1, 0, 0x80, 50, 1, interfaces ?? [])],
        ActiveConfiguration = 1,
        Path = $"/sys/bus/usb/devices/{busId}",
    };
}
