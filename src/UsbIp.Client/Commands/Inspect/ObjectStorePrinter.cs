using System.Buffers.Binary;
using System.Globalization;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>Prints the binary object store and its device capabilities (USB 3.2, 9.6.2).</summary>
internal sealed class ObjectStorePrinter(FieldWriter writer)
{
    private const int HeaderSize = 5;
    private const byte Usb20Extension = 2;
    private const byte SuperSpeed = 3;
    private const byte ContainerId = 4;
    private const byte Platform = 5;
    private const int GuidEnd = 20;

    private static readonly string[] Speeds = ["Low Speed (1Mbps)", "Full Speed (12Mbps)", "High Speed (480Mbps)", "SuperSpeed (5Gbps)"];

    public void Print(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || bytes[0] > bytes.Length)
        {
            return; // devices before USB 2.1 have none
        }

        writer.Line(0, "Binary Object Store Descriptor:");
        writer.Start(2, bytes);
        writer.Hex16(2, "wTotalLength", BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
        writer.Number(2, "bNumDeviceCaps", bytes[4]);
        bytes = bytes[bytes[0]..];
        while (bytes.Length >= 3 && bytes[0] >= 3 && bytes[0] <= bytes.Length)
        {
            PrintCapability(bytes[..bytes[0]]);
            bytes = bytes[bytes[0]..];
        }
    }

    private void PrintCapability(ReadOnlySpan<byte> bytes)
    {
        switch (bytes[2])
        {
            case Usb20Extension when bytes[1] == (byte)DescriptorType.DeviceCapability && bytes.Length >= 7:
                PrintExtension(bytes);
                break;
            case SuperSpeed when bytes[1] == (byte)DescriptorType.DeviceCapability && bytes.Length >= 10:
                PrintSuperSpeed(bytes);
                break;
            case ContainerId when bytes[1] == (byte)DescriptorType.DeviceCapability && bytes.Length >= GuidEnd:
                PrintGuid("Container ID Device Capability:", "ContainerID             ", bytes);
                break;
            case Platform when bytes[1] == (byte)DescriptorType.DeviceCapability && bytes.Length >= GuidEnd:
                PrintPlatform(bytes);
                break;
            default:
                writer.Unrecognized(2, bytes);
                break;
        }
    }

    private void PrintExtension(ReadOnlySpan<byte> bytes)
    {
        var attributes = BinaryPrimitives.ReadUInt32LittleEndian(bytes[3..]);
        writer.Line(2, "USB 2.0 Extension Device Capability:");
        StartCapability(bytes);
        writer.Field(4, "bmAttributes", $"0x{attributes:x8}");
        writer.Line(6, (attributes & 0x06) switch
        {
            0x06 => "BESL Link Power Management (LPM) Supported",
            0x02 => "HIRD Link Power Management (LPM) Supported",
            _ => "(Missing must-be-set LPM bit!)",
        });
    }

    private void PrintSuperSpeed(ReadOnlySpan<byte> bytes)
    {
        var speeds = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        writer.Line(2, "SuperSpeed USB Device Capability:");
        StartCapability(bytes);
        writer.Hex8(4, "bmAttributes", bytes[3]);
        if ((bytes[3] & 0x02) != 0)
        {
            writer.Line(6, "Latency Tolerance Messages (LTM) Supported");
        }

        writer.Hex16(4, "wSpeedsSupported", speeds);
        writer.Meanings(6, speeds, [.. Speeds.Select(speed => $"Device can operate at {speed}")]);

        writer.Number(4, "bFunctionalitySupport", bytes[6]);
        writer.Line(6, $"Lowest fully-functional device speed is {(bytes[6] < Speeds.Length ? Speeds[bytes[6]] : "at an unknown speed!")}");

        writer.Number(4, "bU1DevExitLat", bytes[7], "micro seconds");
        writer.Number(4, "bU2DevExitLat", BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), "micro seconds");
    }

    /// <summary>What a system makes of a device, such as WebUSB's or Microsoft's descriptors.</summary>
    private void PrintPlatform(ReadOnlySpan<byte> bytes)
    {
        PrintGuid("Platform Device Capability:", "PlatformCapabilityUUID    ", bytes);
        for (var index = GuidEnd; index < bytes.Length; index++)
        {
            writer.Line(4, string.Create(CultureInfo.InvariantCulture, $"CapabilityData[{index - GuidEnd}]    0x{bytes[index]:x2}"));
        }
    }

    private void PrintGuid(string title, string name, ReadOnlySpan<byte> bytes)
    {
        writer.Line(2, title);
        StartCapability(bytes);
        writer.Number(4, "bReserved", bytes[3]);
        writer.Line(4, $"{name}{new Guid(bytes[4..GuidEnd]):B}");
    }

    private void StartCapability(ReadOnlySpan<byte> bytes)
    {
        writer.Start(4, bytes);
        writer.Number(4, "bDevCapabilityType", bytes[2]);
    }
}
