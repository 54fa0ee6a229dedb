using System.Buffers.Binary;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>Prints a whole device: its own descriptor, its configurations, what comes beside them, its status.</summary>
/// <param name="writer">Where to.</param>
/// <param name="names">The names of usb.ids.</param>
/// <param name="stringOf">Reads a string of the device; empty for none.</param>
/// <param name="speed">The device's speed, on which the unit of MaxPower depends.</param>
internal sealed class DevicePrinter(FieldWriter writer, UsbNames names, Func<byte, string> stringOf, UsbSpeed speed)
{
    private const int QualifierSize = 10;

    private readonly InterfacePrinter _interfaces = new(writer, names, stringOf);

    public void PrintDevice(ReadOnlySpan<byte> bytes)
    {
        if (!DeviceDescriptor.TryRead(bytes, out var device))
        {
            writer.Unrecognized(0, bytes);
            return;
        }

        writer.Line(0, "Device Descriptor:");
        writer.Start(2, bytes);
        writer.Release(2, "bcdUSB", device.UsbRelease);
        PrintClass(device.DeviceClass, device.DeviceSubClass, device.DeviceProtocol);
        writer.Number(2, "bMaxPacketSize0", device.MaxPacketSize0);
        writer.Hex16(2, "idVendor", device.VendorId, names.Vendor(device.VendorId));
        writer.Hex16(2, "idProduct", device.ProductId, names.Product(device.VendorId, device.ProductId));
        writer.Release(2, "bcdDevice", device.DeviceRelease);
        writer.Number(2, "iManufacturer", device.ManufacturerIndex, stringOf(device.ManufacturerIndex));
        writer.Number(2, "iProduct", device.ProductIndex, stringOf(device.ProductIndex));
        writer.Number(2, "iSerial", device.SerialNumberIndex, stringOf(device.SerialNumberIndex));
        writer.Number(2, "bNumConfigurations", device.ConfigurationCount);
    }

    public void PrintConfiguration(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ConfigurationDescriptor.HeaderSize || bytes[0] < ConfigurationDescriptor.HeaderSize || bytes[0] > bytes.Length)
        {
            writer.Unrecognized(2, bytes);
            return;
        }

        writer.Line(2, "Configuration Descriptor:");
        writer.Start(4, bytes);
        writer.Hex16(4, "wTotalLength", BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
        writer.Number(4, "bNumInterfaces", bytes[4]);
        writer.Number(4, "bConfigurationValue", bytes[5]);
        writer.Number(4, "iConfiguration", bytes[6], stringOf(bytes[6]));
        writer.Hex8(4, "bmAttributes", bytes[7]);
        if ((bytes[7] & 0x80) == 0)
        {
            writer.Line(6, "(Missing must-be-set bit!)");
        }

        writer.Line(6, (bytes[7] & 0x40) != 0 ? "Self Powered" : "(Bus Powered)");
        if ((bytes[7] & 0x20) != 0)
        {
            writer.Line(6, "Remote Wakeup");
        }

        var milliampere = bytes[8] * (speed >= UsbSpeed.Super ? 8 : 2);
        writer.Line(4, $"MaxPower            {milliampere,5}mA");
        PrintParts(bytes[bytes[0]..]);
    }

    public void PrintQualifier(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < QualifierSize)
        {
            return; // a device of one speed has none
        }

        writer.Line(0, "Device Qualifier (for other device speed):");
        writer.Start(2, bytes);
        writer.Release(2, "bcdUSB", BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
        PrintClass(bytes[4], bytes[5], bytes[6]);
        writer.Number(2, "bMaxPacketSize0", bytes[7]);
        writer.Number(2, "bNumConfigurations", bytes[8]);
    }

    public void PrintStatus(ushort? status)
    {
        if (status is not { } bits)
        {
            return;
        }

        writer.Hex16(0, "Device Status:", bits);
        writer.Line(2, (bits & 0x01) != 0 ? "Self Powered" : "(Bus Powered)");
        string[] meanings = ["Remote Wakeup Enabled", "U1 Enabled", "U2 Enabled", "Latency Tolerance Messaging (LTM) Enabled"];
        for (var bit = 0; bit < meanings.Length; bit++)
        {
            if ((bits & (0x02 << bit)) != 0)
            {
                writer.Line(2, meanings[bit]);
            }
        }
    }

    private void PrintParts(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 2 && bytes[0] >= 2 && bytes[0] <= bytes.Length)
        {
            _interfaces.Print(bytes[..bytes[0]]);
            bytes = bytes[bytes[0]..];
        }

        if (!bytes.IsEmpty)
        {
            writer.Line(4, $"** junk at the configuration's end: {bytes.Length} bytes that are no descriptor");
        }
    }

    private void PrintClass(byte code, byte subClass, byte protocol)
    {
        writer.Number(2, "bDeviceClass", code, names.Class(code));
        writer.Number(2, "bDeviceSubClass", subClass, names.SubClass(code, subClass));
        writer.Number(2, "bDeviceProtocol", protocol, names.Protocol(code, subClass, protocol));
    }
}
