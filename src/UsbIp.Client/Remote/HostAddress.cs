using System.Globalization;
using System.Net;
using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.Client.Remote;

/// <summary>Where a USB/IP server listens, as a user writes it: HOST, HOST:PORT, [IPV6], [IPV6]:PORT or a bare IPv6 address.</summary>
public sealed record HostAddress(string Host, int Port = ProtocolConstants.DefaultPort)
{
    private const string Forms = "HOST, HOST:PORT, [IPV6] or [IPV6]:PORT, such as usbhost:3240 or [fe80::1%eth0]:3240";

    /// <summary>The address in the form which <see cref="Parse"/> reads, with its port.</summary>
    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>The shortest form that means the same, for a command line to be typed.</summary>
    public string Argument => Port == ProtocolConstants.DefaultPort ? Host : ToString();

    /// <param name="text">What the user wrote.</param>
    /// <param name="defaultPort">The port if <paramref name="text"/> names none.</param>
    /// <exception cref="CommandException">The text is no address.</exception>
    public static HostAddress Parse(string text, int defaultPort = ProtocolConstants.DefaultPort)
    {
        if (text.StartsWith('['))
        {
            return ParseBracketed(text, defaultPort);
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return new HostAddress(CheckName(text, text), defaultPort);
        }

        if (colon == text.LastIndexOf(':'))
        {
            return new HostAddress(CheckName(text[..colon], text), ParsePort(text[(colon + 1)..], text));
        }

        return IsIpv6(text)
            ? new HostAddress(text, defaultPort)
            : throw Refuse($"'{text}' has more than one colon and is not an IPv6 address.");
    }

    /// <exception cref="CommandException">The text is not a TCP port.</exception>
    public static int ParsePort(string port, string whole) =>
        int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= IPEndPoint.MaxPort
            ? number
            : throw Refuse($"'{whole}': the port '{port}' is not a number between 1 and {IPEndPoint.MaxPort}.");

    private static HostAddress ParseBracketed(string text, int defaultPort)
    {
        var close = text.IndexOf(']', StringComparison.Ordinal);
        if (close < 0)
        {
            throw Refuse($"'{text}' opens a bracket and does not close it.");
        }

        var host = text[1..close];
        if (!IsIpv6(host))
        {
            throw Refuse($"'{text}': '{host}' is not an IPv6 address.");
        }

        var rest = text[(close + 1)..];
        return rest switch
        {
            "" => new HostAddress(host, defaultPort),
            [':', ..] => new HostAddress(host, ParsePort(rest[1..], text)),
            _ => throw Refuse($"'{text}': '{rest}' behind the bracket is not a port."),
        };
    }

    private static bool IsIpv6(string host) =>
        IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 && !host.StartsWith('[');

    private static string CheckName(string name, string whole)
    {
        if (name.Length == 0)
        {
            throw Refuse($"'{whole}' names no host.");
        }

        foreach (var character in name)
        {
            if (character is <= ' ' or >= (char)0x7F or '/' or '@' or '[' or ']')
            {
                throw Refuse($"'{whole}': the host name '{name}' holds a character that no host name has.");
            }
        }

        return name;
    }

    private static CommandException Refuse(string sentence) => new(ExitCode.Usage, sentence, $"write the host as {Forms}.");
}
