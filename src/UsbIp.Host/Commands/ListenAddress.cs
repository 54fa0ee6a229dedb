using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using UsbIp.Protocol;

namespace UsbIp.Host.Commands;

/// <summary>An address to listen on.</summary>
/// <param name="EndPoint">Address and port.</param>
/// <param name="MayBeMissing">True for one of the two loopback addresses: a machine without IPv6, or without IPv4, is served on the other.</param>
public sealed record ListenAddress(IPEndPoint EndPoint, bool MayBeMissing = false)
{
    /// <summary>Only this machine: what is served where nothing else was asked for.</summary>
    public static IReadOnlyList<ListenAddress> Default { get; } = Loopback(ProtocolConstants.DefaultPort);

    public bool IsLoopback => IPAddress.IsLoopback(EndPoint.Address);

    /// <summary>Reads ADDR, ADDR:PORT, [ADDR]:PORT, localhost, localhost:PORT or :PORT (localhost).</summary>
    /// <exception cref="CommandException">The text is none of these.</exception>
    public static IReadOnlyList<ListenAddress> Parse(string text)
    {
        var (host, port) = Split(text);
        if (TryParsePort(port, out var number))
        {
            if (host is "" or "localhost")
            {
                return Loopback(number);
            }

            if (TryParseAddress(host, out var address))
            {
                return [new ListenAddress(new IPEndPoint(address, number))];
            }
        }

        throw new CommandException(
            ExitCode.Usage,
            $"'{text}' is no address to listen on: it has the form ADDRESS[:PORT], with an IP address or localhost.",
            "--listen 192.168.1.10, --listen [::1]:3241, or --listen 0.0.0.0 for every IPv4 address of this machine");
    }

    private static ListenAddress[] Loopback(int port) =>
    [
        new ListenAddress(new IPEndPoint(IPAddress.Loopback, port), MayBeMissing: true),
        new ListenAddress(new IPEndPoint(IPAddress.IPv6Loopback, port), MayBeMissing: true),
    ];

    private static (string Host, string? Port) Split(string text)
    {
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            var rest = end < 0 ? "" : text[(end + 1)..];
            return (end < 0 ? text : text[1..end], rest.Length == 0 ? null : rest.StartsWith(':') ? rest[1..] : "none");
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var isAlone = colon >= 0 && colon == text.LastIndexOf(':'); // more than one: an IPv6 address without a port
        return isAlone ? (text[..colon], text[(colon + 1)..]) : (text, null);
    }

    private static bool TryParsePort(string? text, out int port)
    {
        port = ProtocolConstants.DefaultPort;
        return text is null
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort);
    }

    /// <summary>Only whole addresses: .NET would read "3241" as 0.0.12.169.</summary>
    private static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && (text.Contains(':', StringComparison.Ordinal) || text.Count(character => character == '.') == 3);
}
