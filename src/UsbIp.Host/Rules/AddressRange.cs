using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace UsbIp.Host.Rules;

/// <summary>Client addresses: one, or those that begin alike, such as 192.168.1.0/24 or fd00::/8.</summary>
public sealed record AddressRange
{
    private readonly byte[] _prefix;
    private readonly int _bits;

    private static readonly AddressRange[] Private =
    [
        .. from text in new[] { "127.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "::1", "fe80::/10", "fc00::/7" }
           select TryParse(text, out var range) ? range : throw new FormatException(text),
    ];

    private AddressRange(byte[] prefix, int bits) => (_prefix, _bits) = (prefix, bits);

    /// <param name="text">ADDRESS or ADDRESS/BITS; bits of the address beyond these mean nothing.</param>
    /// <param name="range">The addresses.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out AddressRange? range)
    {
        range = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text : text[..slash];
        var isWhole = address.Contains(':', StringComparison.Ordinal) || address.Count(character => character == '.') == 3; // .NET would read "10" as 0.0.0.10
        if (!isWhole || address.Contains('%', StringComparison.Ordinal) || !IPAddress.TryParse(address, out var parsed))
        {
            return false;
        }

        var bytes = parsed.GetAddressBytes();
        var bits = bytes.Length * 8;
        if (slash >= 0
            && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > bytes.Length * 8))
        {
            return false;
        }

        if (parsed.IsIPv4MappedToIPv6)
        {
            // As logs show an IPv4 client of an IPv6 socket; here it counts as IPv4, as clients do.
            (bytes, bits) = (bytes[^4..], bits - 96);
            if (bits < 0)
            {
                return false;
            }
        }

        for (var index = 0; index < bytes.Length; index++)
        {
            bytes[index] &= Mask(bits, index);
        }

        range = new AddressRange(bytes, bits);
        return true;
    }

    /// <summary>Whether the address is one of these. An IPv4 client counts as such however it came in.</summary>
    public bool Contains(IPAddress address)
    {
        var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return bytes.Length == _prefix.Length && !Enumerable.Range(0, bytes.Length).Any(index => (bytes[index] & Mask(_bits, index)) != _prefix[index]);
    }

    /// <summary>Whether an address is in both.</summary>
    public bool Overlaps(AddressRange other) =>
        other._prefix.Length == _prefix.Length && (_bits < other._bits ? Contains(new IPAddress(other._prefix)) : other.Contains(new IPAddress(_prefix)));

    /// <summary>Whether these are addresses that no router of the Internet passes on: loopback, link-local, private and shared ones.</summary>
    public bool IsPrivate => Private.Any(range => range._prefix.Length == _prefix.Length && range._bits <= _bits && range.Contains(new IPAddress(_prefix)));

    public override string ToString()
    {
        var address = new IPAddress(_prefix);
        return _bits == _prefix.Length * 8 ? address.ToString() : $"{address}/{_bits}";
    }

    /// <summary>What of the byte with that index belongs to the first <paramref name="bits"/> bits.</summary>
    private static byte Mask(int bits, int index) => (byte)((0xFF00 >> Math.Clamp(bits - (index * 8), 0, 8)) & 0xFF);
}
