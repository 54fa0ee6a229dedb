using System.Buffers.Binary;
using UsbIp.Client.Remote;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>Prints a whole device: its own descriptor, its configurations, what comes beside them, its status.</summary>
/// <param name="writer">Where to.</param>
/// <param name="names">The names of usb.ids.</param>
/// <param name="device">Asked for what descriptors only refer to: strings, and the reports of HID devices.</param>
internal sealed class DevicePrinter(FieldWriter writer, UsbNames names, RemoteDevice device)
{
    public const int OnTheGoSize = 3;

    private const int QualifierSize = 10;
    private const int DebugSize = 4;

    private static readonly string?[] OnTheGoAttributes = ["SRP (Session Request Protocol)", "HNP (Host Negotiation Protocol)"];
    private static readonly string?[] HighSpeedStatus = [null, "Remote Wakeup Enabled", "Test Mode", null, null, null, "Debug Mode"];
    private static readonly string?[] SuperSpeedStatus =
        [null, "Remote Wakeup Enabled", "U1 Enabled", "U2 Enabled", "Latency Tolerance Messaging (LTM) Enabled", null, "Debug Mode"];

    private readonly ClassNames _names = new(names);
    private readonly InterfacePrinter _interfaces = new(writer, names, device);

    public void PrintDevice(ReadOnlySpan<byte> bytes)
    {
        if (!DeviceDescriptor.TryRead(bytes, out var descriptor))
        {
            writer.Unrecognized(0, bytes);
            return;
        }

        writer.Line(0, "Device Descriptor:");
        writer.Start(2, bytes);
        writer.Release(2, "bcdUSB", descriptor.UsbRelease);
        PrintClass(descriptor.DeviceClass, descriptor.DeviceSubClass, descriptor.DeviceProtocol);
        writer.Number(2, "bMaxPacketSize0", descriptor.MaxPacketSize0);
        writer.Hex16(2, "idVendor", descriptor.VendorId, names.Vendor(descriptor.VendorId));
        writer.Hex16(2, "idProduct", descriptor.ProductId, names.Product(descriptor.VendorId, descriptor.ProductId));
        writer.Release(2, "bcdDevice", descriptor.DeviceRelease);
        writer.Number(2, "iManufacturer", descriptor.ManufacturerIndex, device.ReadString(descriptor.ManufacturerIndex));
        writer.Number(2, "iProduct", descriptor.ProductIndex, device.ReadString(descriptor.ProductIndex));
        writer.Number(2, "iSerial", descriptor.SerialNumberIndex, device.ReadString(descriptor.SerialNumberIndex));
        writer.Number(2, "bNumConfigurations", descriptor.ConfigurationCount);
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
        writer.Number(4, "iConfiguration", bytes[6], device.ReadString(bytes[6]));
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

        if ((bytes[7] & 0x10) != 0)
        {
            writer.Line(6, "Battery Powered");
        }

        var milliampere = bytes[8] * (device.Record.Speed >= UsbSpeed.Super ? 8 : 2);
        writer.Line(4, $"MaxPower            {milliampere,5}mA");
        _interfaces.Begin();
        PrintParts(bytes[bytes[0]..]);
    }

    /// <summary>The descriptor of a device that can be a host as well (On-The-Go 2.0, 6.4), wherever in a configuration it stands.</summary>
    public void PrintOnTheGo(ReadOnlySpan<byte> configuration)
    {
        while (configuration.Length >= 2 && configuration[0] >= 2 && configuration[0] <= configuration.Length)
        {
            if ((DescriptorType)configuration[1] == DescriptorType.OnTheGo && configuration[0] >= OnTheGoSize)
            {
                writer.Line(0, "OTG Descriptor:");
                writer.Start(2, configuration);
                writer.Hex8(2, "bmAttributes", configuration[2]);
                writer.Meanings(4, configuration[2], OnTheGoAttributes);
                return;
            }

            configuration = configuration[configuration[0]..];
        }
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

    public void PrintDebug(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != DebugSize)
        {
            return; // few devices can be used to debug their host
        }

        writer.Line(0, "Debug descriptor:");
        writer.Start(2, bytes);
        writer.Hex8(2, "bDebugInEndpoint", bytes[2]);
        writer.Hex8(2, "bDebugOutEndpoint", bytes[3]);
    }

    /// <param name="status">What the device says; null if it refuses.</param>
    /// <param name="isSuperSpeed">Whether its descriptor is one of USB 3, where some bits have another meaning.</param>
    public void PrintStatus(ushort? status, bool isSuperSpeed)
    {
        if (status is not { } bits)
        {
            return;
        }

        writer.Hex16(0, "Device Status:", bits);
        writer.Line(2, (bits & 0x01) != 0 ? "Self Powered" : "(Bus Powered)");
        writer.Meanings(2, bits, isSuperSpeed ? SuperSpeedStatus : HighSpeedStatus);
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
        writer.Number(2, "bDeviceClass", code, _names.Class(code));
        writer.Number(2, "bDeviceSubClass", subClass, _names.SubClass(code, subClass));
        writer.Number(2, "bDeviceProtocol", protocol, _names.Protocol(code, subClass, protocol));
    }
}
