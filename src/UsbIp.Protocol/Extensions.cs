using System.Buffers.Binary;

namespace UsbIp.Protocol;

/// <summary>What two peers of this project can do beyond USB/IP. Bit 1 is reserved for resuming sessions.</summary>
[Flags]
public enum Extensions : byte
{
    None = 0,

    /// <summary>The host answers each <see cref="Heartbeat"/> of a session at once, whatever its device does.</summary>
    Heartbeat = 2,

    /// <summary>The client answers when the host asks it in the session whether it gives its device to another one, see <see cref="UsbIp.Protocol.GiveWay"/>.</summary>
    GiveWay = 4,

    /// <summary>The host runs a read of a bulk-only storage device only after everything that was sent before it.</summary>
    BulkOnlyOrder = 8,

    /// <summary>The host says why: an <see cref="ImportDetail"/> behind a refused OP_REP_IMPORT, a <see cref="Farewell"/> before it ends a session.</summary>
    Reasons = 16,

    /// <summary>The client waits for a device that another one holds: the host keeps its answer until the device is free, see <see cref="OperationCode.WaitReply"/>.</summary>
    Wait = 32,

    /// <summary>The client asks for the device although another one holds it; where the export allows it, the host ends that one's session, unless it keeps the device.</summary>
    TakeOver = 64,

    /// <summary>The host tells what happens to its devices as it happens: OP_REQ_WATCH. Only in the trailer of a device list.</summary>
    Watch = 128,
}

/// <summary>
/// How they find out. Within an import it costs no byte more on the wire: a client's offer stands behind the busid's NUL in OP_REQ_IMPORT, the
/// host's answer behind the path's NUL in OP_REP_IMPORT, where other peers neither write nor look. What a host can do without an import stands in
/// a trailer behind the last byte of OP_REP_DEVLIST: other clients read the devices that were announced, and close. Each has a tag, a version,
/// the bits and a CRC-16. A peer that does not know them sees plain USB/IP.
/// </summary>
public static class ExtensionTail
{
    /// <summary>Longest busid that leaves room for an offer.</summary>
    public const int MaxBusIdLength = OfferOffset - 1;

    /// <summary>Bytes of the trailer behind a device list.</summary>
    public const int TrailerSize = 16;

    private const int OfferOffset = 24;
    private const int AnswerOffset = 192;
    private const int HeadSize = 6;
    private const byte Version = 1;

    private static ReadOnlySpan<byte> Tag => "UIP+"u8;

    /// <summary>Puts an offer into a busid field of <see cref="ProtocolConstants.BusIdFieldSize"/> bytes that holds its text already. A longer text is left alone.</summary>
    public static void WriteOffer(Span<byte> busIdField, Extensions offered)
    {
        if (busIdField[(OfferOffset - 1)..].ContainsAnyExcept((byte)0))
        {
            return;
        }

        var tail = busIdField[OfferOffset..];
        WriteHead(tail, offered);
        BinaryPrimitives.WriteUInt16BigEndian(tail[HeadSize..], Crc(tail[..HeadSize], []));
    }

    /// <summary>The offer in a busid field; none if there is none, or another version's.</summary>
    public static Extensions ReadOffer(ReadOnlySpan<byte> busIdField)
    {
        var tail = busIdField[OfferOffset..];
        return busIdField[OfferOffset - 1] == 0 && BinaryPrimitives.ReadUInt16BigEndian(tail[HeadSize..]) == Crc(tail[..HeadSize], [])
            ? ReadHead(tail)
            : Extensions.None;
    }

    /// <summary>Puts an answer into a path field of <see cref="ProtocolConstants.PathFieldSize"/> bytes that holds its text already.</summary>
    public static void WriteAnswer(Span<byte> pathField, Extensions accepted)
    {
        if (pathField[(AnswerOffset - 1)..].ContainsAnyExcept((byte)0))
        {
            return;
        }

        WriteTail(pathField[AnswerOffset..], accepted);
    }

    /// <summary>The answer in a path field; none if there is none, or another version's.</summary>
    public static Extensions ReadAnswer(ReadOnlySpan<byte> pathField) =>
        pathField[AnswerOffset - 1] == 0 ? ReadTail(pathField[AnswerOffset..]) : Extensions.None;

    /// <summary>Writes the <see cref="TrailerSize"/> bytes that follow a device list.</summary>
    public static void WriteTrailer(Span<byte> bytes, Extensions offered)
    {
        bytes[..TrailerSize].Clear();
        WriteTail(bytes[..TrailerSize], offered);
    }

    /// <summary>What <see cref="TrailerSize"/> bytes behind a device list offer; none if they are something else, or another version's.</summary>
    public static Extensions ReadTrailer(ReadOnlySpan<byte> bytes) => ReadTail(bytes[..TrailerSize]);

    /// <summary>Puts tag, version, bits and CRC before what a block of bytes holds from its ninth byte on.</summary>
    internal static void WriteTail(Span<byte> tail, Extensions extensions)
    {
        WriteHead(tail, extensions);
        BinaryPrimitives.WriteUInt16BigEndian(tail[HeadSize..], Crc(tail[..HeadSize], tail[(HeadSize + sizeof(ushort))..]));
    }

    /// <summary>Whether a block of bytes begins with tag, version, bits and the right CRC.</summary>
    internal static bool IsTail(ReadOnlySpan<byte> tail) => ReadTail(tail) != Extensions.None;

    private static Extensions ReadTail(ReadOnlySpan<byte> tail) =>
        BinaryPrimitives.ReadUInt16BigEndian(tail[HeadSize..]) == Crc(tail[..HeadSize], tail[(HeadSize + sizeof(ushort))..])
            ? ReadHead(tail)
            : Extensions.None;

    private static void WriteHead(Span<byte> tail, Extensions extensions)
    {
        Tag.CopyTo(tail);
        tail[Tag.Length] = Version;
        tail[Tag.Length + 1] = (byte)extensions;
    }

    private static Extensions ReadHead(ReadOnlySpan<byte> tail) =>
        tail.StartsWith(Tag) && tail[Tag.Length] == Version ? (Extensions)tail[Tag.Length + 1] : Extensions.None;

    /// <summary>CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF) of both spans, one behind the other.</summary>
    private static ushort Crc(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var crc = 0xFFFFu;
        Add(first, ref crc);
        Add(second, ref crc);
        return (ushort)crc;
    }

    private static void Add(ReadOnlySpan<byte> bytes, ref uint crc)
    {
        foreach (var value in bytes)
        {
            crc ^= (uint)value << 8;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? ((crc << 1) ^ 0x1021) & 0xFFFF : (crc << 1) & 0xFFFF;
            }
        }
    }
}
