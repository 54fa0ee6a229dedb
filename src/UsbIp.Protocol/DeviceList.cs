using System.Buffers.Binary;

namespace UsbIp.Protocol;

/// <summary>A device of OP_REP_DEVLIST with its interfaces: those of the active configuration, alternate setting 0.</summary>
public sealed record ListedDevice(DeviceRecord Device, IReadOnlyList<InterfaceRecord> Interfaces);

/// <summary>OP_REP_DEVLIST: every exported device (kernel: struct op_devlist_reply and what follows it).</summary>
public static class DeviceList
{
    /// <summary>Bytes before the first device: header and device count.</summary>
    public const int PrefixSize = OperationHeader.Size + sizeof(uint);

    /// <summary>The whole message.</summary>
    /// <param name="devices">The devices.</param>
    /// <param name="offered">What the host can do beyond USB/IP: stands in a trailer behind the list, see <see cref="ExtensionTail"/>.</param>
    public static byte[] Write(IReadOnlyList<ListedDevice> devices, Extensions offered = Extensions.None)
    {
        var size = PrefixSize + (offered == Extensions.None ? 0 : ExtensionTail.TrailerSize);
        foreach (var device in devices)
        {
            size += DeviceRecord.Size + (device.Interfaces.Count * InterfaceRecord.Size);
        }

        var bytes = new byte[size];
        new OperationHeader(OperationCode.DeviceListReply, OperationStatus.Ok).Write(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(OperationHeader.Size), (uint)devices.Count);
        var rest = bytes.AsSpan(PrefixSize);
        foreach (var device in devices)
        {
            (device.Device with { InterfaceCount = (byte)device.Interfaces.Count }).Write(rest);
            rest = rest[DeviceRecord.Size..];
            foreach (var record in device.Interfaces)
            {
                record.Write(rest);
                rest = rest[InterfaceRecord.Size..];
            }
        }

        if (offered != Extensions.None)
        {
            ExtensionTail.WriteTrailer(rest, offered);
        }

        return bytes;
    }

    /// <summary>Reads what follows the <see cref="OperationHeader"/>.</summary>
    /// <exception cref="ProtocolException">The list is longer than <see cref="ProtocolLimits.MaxListedDevices"/> or a record is broken.</exception>
    /// <exception cref="EndOfStreamException">The stream ended inside the list.</exception>
    public static IReadOnlyList<ListedDevice> ReadBody(Stream stream)
    {
        Span<byte> buffer = stackalloc byte[DeviceRecord.Size];
        stream.ReadExactly(buffer[..sizeof(uint)]);
        var count = BinaryPrimitives.ReadUInt32BigEndian(buffer);
        if (count > ProtocolLimits.MaxListedDevices)
        {
            throw new ProtocolException(
                $"OP_REP_DEVLIST: ndev {count} exceeds the limit of {ProtocolLimits.MaxListedDevices} devices.");
        }

        // Grows as records arrive: the count alone is only a claim.
        var devices = new List<ListedDevice>();
        for (var device = 0u; device < count; device++)
        {
            stream.ReadExactly(buffer);
            var record = DeviceRecord.Read(buffer);
            var interfaces = new InterfaceRecord[record.InterfaceCount];
            for (var index = 0; index < interfaces.Length; index++)
            {
                stream.ReadExactly(buffer[..InterfaceRecord.Size]);
                interfaces[index] = InterfaceRecord.Read(buffer);
            }

            devices.Add(new ListedDevice(record, interfaces));
        }

        return devices;
    }
}
