using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Service;

/// <summary>What a selector is in udev's words (udev(7)): the match keys of the devices that it names.</summary>
internal static class UdevMatch
{
    private const string Globs = "*?[]|";

    /// <summary>Whether udev has words for it.</summary>
    public static bool Knows(DeviceSelector selector)
    {
        try
        {
            return Of(selector).Length > 0;
        }
        catch (CommandException)
        {
            return false;
        }
    }

    /// <exception cref="CommandException">udev has no words for it.</exception>
    public static string Of(DeviceSelector selector)
    {
        var value = selector.Value;
        return selector.Kind switch
        {
            SelectorKind.Port => $"KERNEL==\"{value}\"",
            SelectorKind.Name when selector.BusId is { } busId => $"KERNEL==\"{busId}\"",
            SelectorKind.Id => $"ATTR{{idVendor}}==\"{Lower(selector.Text[..4])}\", ATTR{{idProduct}}==\"{Lower(value)}\"",
            SelectorKind.Serial => $"ATTR{{serial}}==\"{AnyCase(Literal(selector, value))}\"",
            SelectorKind.Product => $"ATTR{{product}}==\"{AnyCase(Pattern(selector, value))}\"",
            _ => throw new CommandException(
                ExitCode.Usage,
                $"'{selector}' cannot be granted: udev does not know aliases, and a class is too much to give away at once.",
                "its busid, 0781:5581, serial:TEXT or product:\"*TEXT*\"; usbip-host list shows them"),
        };
    }

    /// <summary>One device where it is now, and nothing else that is plugged in there later; by its serial number too, if udev has words for that.</summary>
    public static string Of(DeviceTraits device)
    {
        var known = $"KERNEL==\"{device.BusId}\", ATTR{{idVendor}}==\"{device.VendorId:x4}\", ATTR{{idProduct}}==\"{device.ProductId:x4}\"";
        return device.SerialNumber is { } serial && DeviceSelector.TryParse($"serial:{serial}", out var selector, out _) && Knows(selector)
            ? $"{known}, {Of(selector)}"
            : known;
    }

    /// <summary>A serial number is no pattern, even if it looks like one.</summary>
    private static string Literal(DeviceSelector selector, string value) =>
        value.AsSpan().ContainsAny(Globs) ? throw Unspeakable(selector) : Plain(selector, value);

    /// <summary>udev knows more patterns than a selector does.</summary>
    private static string Pattern(DeviceSelector selector, string value) => value.AsSpan().ContainsAny("[]|") ? throw Unspeakable(selector) : Plain(selector, value);

    /// <summary>A selector takes small and capital letters for the same, udev does not.</summary>
    private static string AnyCase(string value) => string.Concat(value.Select(character => char.IsAsciiLetter(character)
        ? $"[{char.ToLowerInvariant(character)}{char.ToUpperInvariant(character)}]"
        : $"{character}"));

    private static string Plain(DeviceSelector selector, string value) =>
        value.Any(character => character is '"' or '\\' or '$' or '%' || char.IsControl(character)) ? throw Unspeakable(selector) : value;

    private static CommandException Unspeakable(DeviceSelector selector) => new(
        ExitCode.Usage, $"'{selector}' has characters that mean something else to udev.", "its busid or its VENDOR:PRODUCT, which usbip-host list shows");

    /// <summary>sysfs writes numbers in small letters.</summary>
    private static string Lower(string digits) => string.Create(digits.Length, digits, static (lower, text) => text.AsSpan().ToLowerInvariant(lower));
}
