using System.Buffers.Binary;
using UsbIp.Protocol;

namespace UsbIp.Host.Control;

/// <summary>What a record on the control socket is.</summary>
public enum ControlKind : byte
{
    Request = 1,
    Reply = 2,

    /// <summary>The request was not carried out; the body is an <see cref="ErrorBody"/>.</summary>
    Error = 3,

    /// <summary>Something happened, for a request that watches; the body is a <see cref="HostEvent"/>.</summary>
    Event = 4,
}

/// <summary>What is asked for.</summary>
public enum ControlOpcode : ushort
{
    /// <summary>The first request of every connection.</summary>
    Hello = 1,
    Status = 2,
    Export = 3,
    Unexport = 4,
    Type = 5,

    /// <summary>0x20 to 0x26: aliases and rules, see <see cref="RuleRequests"/>.</summary>
    ReadConfiguration = 0x20,
    Reload = 0x21,
    SetAlias = 0x22,
    RemoveAlias = 0x23,
    AddRule = 0x24,
    RemoveRule = 0x25,
    CheckRule = 0x26,

    /// <summary>Events from now on, until either side closes; the connection serves nothing else after it.</summary>
    Watch = 0x30,
    Kick = 0x31,
}

[Flags]
public enum ControlFlags : ushort
{
    None = 0,

    /// <summary>The body goes on in the next record.</summary>
    More = 1,
}

/// <summary>
/// The 16 bytes before the JSON body of every record on the control socket, big-endian: magic, version, kind, opcode, flags, sequence
/// number (a reply has that of its request), length of the body.
/// </summary>
public readonly record struct ControlHeader(ControlKind Kind, ControlOpcode Opcode, ControlFlags Flags, uint Sequence, int Length)
{
    public const int Size = 16;

    /// <summary>Bytes of a body. What is longer is split over records.</summary>
    public const int MaxBody = 64 * 1024;

    /// <summary>The version of these records; changes only if an older peer could misread them.</summary>
    public const byte Version = 1;

    private const ushort Magic = 0x5548; // "UH"

    /// <summary>Reads the header of one whole record.</summary>
    /// <exception cref="ProtocolException">It is no record of this protocol.</exception>
    public static ControlHeader Read(ReadOnlySpan<byte> record)
    {
        if (record.Length is < Size or > Size + MaxBody)
        {
            throw new ProtocolException($"A control record has {record.Length} bytes or more; it has between {Size} and {Size + MaxBody}.");
        }

        var magic = BinaryPrimitives.ReadUInt16BigEndian(record);
        if (magic != Magic)
        {
            throw new ProtocolException($"A control record begins with 0x{magic:x4}, not with 0x{Magic:x4}.");
        }

        if (record[2] != Version)
        {
            throw new ProtocolException($"A control record has version {record[2]}; this daemon speaks version {Version}.");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(record[12..]);
        if (length != record.Length - Size)
        {
            throw new ProtocolException($"A control record says that its body has {length} bytes, and has {record.Length - Size}.");
        }

        return new ControlHeader(
            (ControlKind)record[3],
            (ControlOpcode)BinaryPrimitives.ReadUInt16BigEndian(record[4..]),
            (ControlFlags)BinaryPrimitives.ReadUInt16BigEndian(record[6..]),
            BinaryPrimitives.ReadUInt32BigEndian(record[8..]),
            (int)length);
    }

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, Magic);
        bytes[2] = Version;
        bytes[3] = (byte)Kind;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)Opcode);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)Flags);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], (uint)Length);
    }
}
