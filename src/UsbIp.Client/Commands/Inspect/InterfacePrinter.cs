using System.Buffers.Binary;
using UsbIp.Client.Remote;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>Prints what a configuration consists of, one descriptor after the other: associations, interfaces, endpoints, and what classes add.</summary>
internal sealed class InterfacePrinter(FieldWriter writer, UsbNames names, RemoteDevice device)
{
    private const int AssociationSize = 8;
    private const int InterfaceSize = 9;
    private const int EndpointSize = 7;
    private const int AudioEndpointSize = 9;
    private const int CompanionSize = 6;

    private static readonly string[] TransferTypes = ["Control", "Isochronous", "Bulk", "Interrupt"];
    private static readonly string[] SynchTypes = ["None", "Asynchronous", "Adaptive", "Synchronous"];
    private static readonly string[] UsageTypes = ["Data", "Feedback", "Implicit feedback Data", "(reserved)"];
    private static readonly string[] HighBandwidth = ["1x", "2x", "3x", "(??)"];

    private readonly ClassNames _names = new(names);
    private readonly ClassDescriptorPrinter _classes = new(writer, names, device);
    private DescriptorPlace _place;
    private InterfaceIdentity _interface;
    private TransferType _endpointType;

    /// <summary>What follows belongs to another configuration.</summary>
    public void Begin() => (_place, _interface) = (DescriptorPlace.Configuration, default);

    /// <param name="bytes">One descriptor, as long as its bLength says.</param>
    public void Print(ReadOnlySpan<byte> bytes)
    {
        switch ((DescriptorType)bytes[1])
        {
            case DescriptorType.InterfaceAssociation when bytes.Length >= AssociationSize:
                PrintAssociation(bytes);
                break;
            case DescriptorType.Interface when bytes.Length >= InterfaceSize:
                PrintInterface(bytes);
                break;
            case DescriptorType.Endpoint when bytes.Length >= EndpointSize:
                PrintEndpoint(bytes);
                break;
            case DescriptorType.SuperSpeedCompanion when bytes.Length >= CompanionSize && _place == DescriptorPlace.Endpoint:
                PrintCompanion(bytes);
                break;
            case DescriptorType.OnTheGo when bytes.Length >= DevicePrinter.OnTheGoSize:
                break; // stands before the configurations
            default:
                _classes.Print(_place, _interface, bytes);
                break;
        }
    }

    private void PrintAssociation(ReadOnlySpan<byte> bytes)
    {
        writer.Line(4, "Interface Association:");
        writer.Start(6, bytes);
        writer.Number(6, "bFirstInterface", bytes[2]);
        writer.Number(6, "bInterfaceCount", bytes[3]);
        writer.Number(6, "bFunctionClass", bytes[4], _names.Class(bytes[4]));
        writer.Number(6, "bFunctionSubClass", bytes[5], _names.SubClass(bytes[4], bytes[5]));
        writer.Number(6, "bFunctionProtocol", bytes[6], _names.Protocol(bytes[4], bytes[5], bytes[6]));
        writer.Number(6, "iFunction", bytes[7], device.ReadString(bytes[7]));
    }

    private void PrintInterface(ReadOnlySpan<byte> bytes)
    {
        (_place, _interface) = (DescriptorPlace.Interface, new InterfaceIdentity(bytes[2], bytes[5], bytes[6], bytes[7]));
        writer.Line(4, "Interface Descriptor:");
        writer.Start(6, bytes);
        writer.Number(6, "bInterfaceNumber", bytes[2]);
        writer.Number(6, "bAlternateSetting", bytes[3]);
        writer.Number(6, "bNumEndpoints", bytes[4]);
        writer.Number(6, "bInterfaceClass", bytes[5], _names.Class(bytes[5]));
        writer.Number(6, "bInterfaceSubClass", bytes[6], _names.SubClass(bytes[5], bytes[6]));
        writer.Number(6, "bInterfaceProtocol", bytes[7], _names.Protocol(bytes[5], bytes[6], bytes[7]));
        writer.Number(6, "iInterface", bytes[8], device.ReadString(bytes[8]));
    }

    private void PrintEndpoint(ReadOnlySpan<byte> bytes)
    {
        var packetSize = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        (_place, _endpointType) = (DescriptorPlace.Endpoint, (TransferType)(bytes[3] & 3));
        writer.Line(6, "Endpoint Descriptor:");
        writer.Start(8, bytes);
        writer.Hex8(8, "bEndpointAddress", bytes[2], $" EP {bytes[2] & 0x0F} {((bytes[2] & 0x80) != 0 ? "IN" : "OUT")}");
        writer.Number(8, "bmAttributes", bytes[3]);
        writer.Line(10, $"Transfer Type            {TransferTypes[bytes[3] & 3]}");
        writer.Line(10, $"Synch Type               {SynchTypes[(bytes[3] >> 2) & 3]}");
        writer.Line(10, $"Usage Type               {UsageTypes[(bytes[3] >> 4) & 3]}");
        writer.Hex16(8, "wMaxPacketSize", packetSize, $" {HighBandwidth[(packetSize >> 11) & 3]} {packetSize & 0x7FF} bytes");
        writer.Number(8, "bInterval", bytes[6]);
        if (bytes.Length == AudioEndpointSize)
        {
            writer.Number(8, "bRefresh", bytes[7]);
            writer.Number(8, "bSynchAddress", bytes[8]);
        }
    }

    private void PrintCompanion(ReadOnlySpan<byte> bytes)
    {
        writer.Number(8, "bMaxBurst", bytes[2]);
        switch (_endpointType)
        {
            case TransferType.Bulk when (bytes[3] & 0x1F) is > 0 and <= 16:
                writer.Number(8, "MaxStreams", 1 << (bytes[3] & 0x1F));
                break;
            case TransferType.Isochronous when (bytes[3] & 0x03) > 0:
                writer.Number(8, "Mult", bytes[3] & 0x03);
                break;
            default:
                break; // nothing more to tell of it
        }
    }
}
