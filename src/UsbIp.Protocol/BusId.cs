using System.Diagnostics.CodeAnalysis;

namespace UsbIp.Protocol;

/// <summary>
/// The name under which a device is imported, such as "1-2.3": at most 31 printable ASCII characters without spaces or slashes.
/// Servers are free to give other names than Linux's bus-port form, so this type accepts those too.
/// </summary>
public readonly record struct BusId
{
    private readonly string? _text;

    private BusId(string text) => _text = text;

    /// <summary>The longest busid, in characters: the wire field less its NUL.</summary>
    public const int MaxLength = ProtocolConstants.BusIdFieldSize - 1;

    /// <summary>Whether this is a Linux bus-port path: BUS-PORT[.PORT]...</summary>
    public bool IsBusPortPath
    {
        get
        {
            var text = ToString();
            var dash = text.IndexOf('-', StringComparison.Ordinal);
            return dash > 0 && IsNumber(text.AsSpan(0, dash)) && AreNumbers(text.AsSpan(dash + 1));
        }
    }

    public static bool TryParse(string? text, out BusId busId)
    {
        busId = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return false;
        }

        foreach (var character in text)
        {
            if (character is <= ' ' or >= (char)0x7F or '/')
            {
                return false;
            }
        }

        busId = new BusId(text);
        return true;
    }

    /// <exception cref="FormatException">The text is no busid.</exception>
    public static BusId Parse(string text) =>
        TryParse(text, out var busId) ? busId : throw new FormatException($"'{text}' is not a busid such as 1-2 or 3-1.4.");

    [SuppressMessage("Design", "CA1024", Justification = "Overrides Object.ToString.")]
    public override string ToString() => _text ?? "";

    internal static BusId Read(ref WireReader wire)
    {
        var text = wire.Text(ProtocolConstants.BusIdFieldSize, "busid");
        return TryParse(text, out var busId) ? busId : throw new ProtocolException($"The field busid '{text}' is not a busid.");
    }

    private static bool AreNumbers(ReadOnlySpan<char> ports)
    {
        foreach (var part in ports.Split('.'))
        {
            if (!IsNumber(ports[part]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Length is > 0 and <= 3 && !text.ContainsAnyExceptInRange('0', '9');
}
