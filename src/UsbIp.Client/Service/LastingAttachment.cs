using System.Diagnostics.CodeAnalysis;
using System.Text;
using UsbIp.Client.Remote;
using UsbIp.Protocol.Selection;

namespace UsbIp.Client.Service;

/// <summary>An attachment that a unit makes: what its environment file (systemd.exec(5), EnvironmentFile=) says.</summary>
/// <param name="Name">The unit's instance, and the file's name.</param>
/// <param name="Host">The host, as it was written.</param>
/// <param name="Device">The device there, as it was written.</param>
/// <param name="Options">Further options of attach, divided by spaces.</param>
public sealed record LastingAttachment(string Name, string Host, string Device, string Options)
{
    /// <summary>systemd takes unit names of up to 255 characters; this leaves room for the rest of them.</summary>
    public const int MaxName = 100;

    private const string HostKey = "HOST";
    private const string DeviceKey = "DEVICE";
    private const string OptionsKey = "OPTIONS";

    public string Unit => $"usbip-attach@{Name}.service";

    /// <summary>A name made of host and device, where the user gives none.</summary>
    public static string NameFor(HostAddress host, DeviceSelector device)
    {
        var name = new StringBuilder();
        foreach (var character in $"{host.Argument}-{device.Text}")
        {
            name.Append(IsOfName(character) ? character : '_');
        }

        return name.ToString(0, Math.Min(name.Length, MaxName)).TrimStart('.', '-');
    }

    /// <summary>Whether a text can be a name: letters, digits, dots, dashes and underscores, which systemd takes as they are.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= MaxName && text[0] is not ('.' or '-') && text.All(IsOfName);

    public string Format() =>
        $"# An attachment that lasts, made by 'usbip-client service enable' and removed by 'usbip-client service disable {Name}'.\n"
        + $"{HostKey}={Quote(Host)}\n{DeviceKey}={Quote(Device)}\n{OptionsKey}={Quote(Options)}\n";

    public static bool TryParse(string name, string text, [NotNullWhen(true)] out LastingAttachment? attachment)
    {
        var values = new Dictionary<string, string>();
        foreach (var line in text.Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && !line.StartsWith('#'))
            {
                values[line[..equals].Trim()] = Unquote(line[(equals + 1)..].Trim());
            }
        }

        attachment = values.TryGetValue(HostKey, out var host) && values.TryGetValue(DeviceKey, out var device)
            ? new LastingAttachment(name, host, device, values.GetValueOrDefault(OptionsKey, ""))
            : null;
        return attachment is not null;
    }

    private static bool IsOfName(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_';

    /// <summary>In double quotes systemd takes a backslash off what stands behind it, and expands nothing.</summary>
    private static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)}\"";

    private static string Unquote(string text)
    {
        if (text is not ['"', .., '"'])
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        for (var index = 1; index < text.Length - 1; index++)
        {
            if (text[index] == '\\' && index < text.Length - 2)
            {
                index++;
            }

            plain.Append(text[index]);
        }

        return plain.ToString();
    }
}
