using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using UsbIp.Protocol;

namespace UsbIp.Host.Control;

/// <summary>JSON bodies to whole records and back. A body that is longer than a record may be goes in several.</summary>
internal static class ControlRecords
{
    /// <summary>The longest body over all its records: well above the status of the 1,024 devices that a host may have.</summary>
    public const int MaxWholeBody = 16 * 1024 * 1024;

    /// <summary>A buffer of this size shows by its last byte that a record was longer than one may be.</summary>
    public const int ReceiveSize = ControlHeader.Size + ControlHeader.MaxBody + 1;

    public static IEnumerable<byte[]> Write<T>(ControlKind kind, ControlOpcode opcode, uint sequence, T body, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(body, type);
        var offset = 0;
        do
        {
            var length = Math.Min(ControlHeader.MaxBody, json.Length - offset);
            var flags = offset + length < json.Length ? ControlFlags.More : ControlFlags.None;
            var record = new byte[ControlHeader.Size + length];
            new ControlHeader(kind, opcode, flags, sequence, length).Write(record);
            json.AsSpan(offset, length).CopyTo(record.AsSpan(ControlHeader.Size));
            offset += length;
            yield return record;
        }
        while (offset < json.Length);
    }

    /// <exception cref="ProtocolException">The body is not the JSON that the operation has.</exception>
    public static T Read<T>(ControlOpcode opcode, ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new ProtocolException($"The body of control record {opcode} is null.");
        }
        catch (JsonException exception)
        {
            throw new ProtocolException($"The body of control record {opcode} is not understood: {exception.Message}");
        }
    }
}
