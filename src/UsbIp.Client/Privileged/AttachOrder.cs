using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using UsbIp.Client.Vhci;
using UsbIp.Protocol;

namespace UsbIp.Client.Privileged;

/// <summary>
/// What the attach broker is asked for: to give the socket that comes with it to vhci_hcd, and to note where the device is from. One message of a
/// fixed size on a local socket: the tag, the devid and the speed as the attach file takes them (32 bits each, little-endian), and the line of the state
/// file (HOST PORT BUSID, ASCII, filled up with zeros).
/// </summary>
/// <param name="DeviceId">As the host named it.</param>
/// <param name="Speed">Decides on which hub the device is plugged in.</param>
/// <param name="Record">Where it is from; null where that fits into no state file.</param>
internal sealed record AttachOrder(DeviceId DeviceId, UsbSpeed Speed, AttachmentRecord? Record)
{
    public const int Size = RecordOffset + AttachmentRecords.MaxLine;
    public const int TidySize = sizeof(uint);

    private const uint Tag = 0x3141_4855; // "UHA1"
    private const uint TidyTag = 0x3154_4855; // "UHT1"
    private const int RecordOffset = 12;

    /// <summary>The other order: to remove the state files of ports to which nothing is attached any more.</summary>
    public static void WriteTidy(Span<byte> bytes) => BinaryPrimitives.WriteUInt32LittleEndian(bytes, TidyTag);

    /// <summary>Whether it is that one.</summary>
    public static bool IsTidy(ReadOnlySpan<byte> bytes) => bytes.Length == TidySize && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == TidyTag;

    /// <summary>Whether the broker, and the stock tools' buffers of 32 bytes a word, take that line.</summary>
    public static bool Fits(AttachmentRecord record) =>
        record.ToLine() is { Length: <= AttachmentRecords.MaxLine } line
        && !line.AsSpan().ContainsAnyExceptInRange(' ', '~')
        && ushort.TryParse(record.TcpPort, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && BusId.TryParse(record.RemoteBusId, out _);

    public void Write(Span<byte> bytes)
    {
        bytes = bytes[..Size];
        bytes.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Tag);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], DeviceId.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], (uint)Speed);
        if (Record is { } record && Fits(record))
        {
            Encoding.ASCII.GetBytes(record.ToLine(), bytes[RecordOffset..]);
        }
    }

    /// <returns>Null if it is no order, or one that no honest client sends.</returns>
    public static AttachOrder? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Tag)
        {
            return null;
        }

        var speed = (UsbSpeed)BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        var text = bytes[RecordOffset..];
        var end = text.IndexOf((byte)0);
        var line = end < 0 ? text : text[..end];
        var record = AttachmentRecord.Parse(Encoding.ASCII.GetString(line));
        return Enum.IsDefined(speed) && (line.IsEmpty || (record is not null && !line.ContainsAnyExceptInRange((byte)' ', (byte)'~') && Fits(record)))
            ? new AttachOrder(new DeviceId(BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..])), speed, line.IsEmpty ? null : record)
            : null;
    }
}
