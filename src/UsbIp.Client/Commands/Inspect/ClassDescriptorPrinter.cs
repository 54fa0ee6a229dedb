using UsbIp.Client.Remote;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>Prints the descriptors that classes add, each as its class reads it; those that nobody here knows as hexadecimal bytes.</summary>
internal sealed class ClassDescriptorPrinter(FieldWriter writer, UsbNames names, RemoteDevice device)
{
    private const byte AudioClass = 1;
    private const byte CommunicationsClass = 2;
    private const byte HidClass = 3;
    private const byte MassStorageClass = 8;
    private const byte CommunicationsDataClass = 10;
    private const int PipeUsageSize = 4;

    private readonly AudioPrinter _audio = new(writer, names, device.ReadString);
    private readonly CommunicationsPrinter _communications = new(writer, device);
    private readonly HidPrinter _hid = new(writer, names, device);

    public void Print(DescriptorPlace place, InterfaceIdentity of, ReadOnlySpan<byte> bytes)
    {
        var isDone = (place, of.Class) switch
        {
            (DescriptorPlace.Configuration, _) => false,
            (_, AudioClass) => _audio.TryPrint(of, bytes),
            (DescriptorPlace.Interface, HidClass) => _hid.TryPrint(of.Number, bytes),
            (DescriptorPlace.Interface, CommunicationsClass) or (DescriptorPlace.Endpoint, CommunicationsClass or CommunicationsDataClass) =>
                TryPrintCommunications(bytes),
            (DescriptorPlace.Endpoint, MassStorageClass) => TryPrintPipeUsage(bytes),
            _ => false,
        };
        if (!isDone)
        {
            PrintUnknown(place, bytes);
        }
    }

    private void PrintUnknown(DescriptorPlace place, ReadOnlySpan<byte> bytes)
    {
        switch (place, (DescriptorType)bytes[1])
        {
            case (DescriptorPlace.Endpoint, DescriptorType.ClassInterface):
                writer.Bytes(8, "INTERFACE CLASS:", bytes);
                break;
            case (DescriptorPlace.Endpoint, DescriptorType.ClassDevice):
                writer.Bytes(8, "DEVICE CLASS:", bytes);
                break;
            default:
                writer.Unrecognized(4 + (2 * (int)place), bytes);
                break;
        }
    }

    private bool TryPrintCommunications(ReadOnlySpan<byte> bytes)
    {
        if ((DescriptorType)bytes[1] != DescriptorType.ClassInterface)
        {
            return false;
        }

        _communications.Print(bytes);
        return true;
    }

    /// <summary>What a pipe of a USB attached SCSI disk is for.</summary>
    private bool TryPrintPipeUsage(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != PipeUsageSize || (DescriptorType)bytes[1] != DescriptorType.ClassInterface)
        {
            return false;
        }

        var usage = bytes[2] switch
        {
            1 => "Command pipe",
            2 => "Status pipe",
            3 => "Data-in pipe",
            4 => "Data-out pipe",
            >= 0xE0 and <= 0xEF => "Vendor specific",
            _ => "Reserved",
        };
        writer.Line(8, $"{usage} (0x{bytes[2]:x2})");
        return true;
    }
}
