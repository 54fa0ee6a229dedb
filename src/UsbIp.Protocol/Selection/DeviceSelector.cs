using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Enumeration;

namespace UsbIp.Protocol.Selection;

/// <summary>
/// A way to name a device that outlives a re-plug, wherever a busid is accepted: <c>1-2.3</c>, <c>0781:5581</c>, <c>serial:4C53</c>,
/// <c>port:1-2.3</c>, <c>class:storage</c>, <c>product:"*Ultra*"</c>, or an alias. Immutable.
/// </summary>
public sealed class DeviceSelector
{
    /// <summary>For errors and help.</summary>
    public const string Forms = "1-2.3, 0781:5581, serial:TEXT, port:1-2.3, class:NAME, product:\"*TEXT*\", or an alias";

    private readonly string _value;
    private readonly (ushort Vendor, ushort Product) _id;
    private readonly byte _class;

    private DeviceSelector(SelectorKind kind, string text, string value, (ushort Vendor, ushort Product) id = default, byte deviceClass = 0) =>
        (Kind, Text, _value, _id, _class) = (kind, text, value, id, deviceClass);

    public SelectorKind Kind { get; }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The busid, if it is written as one; an alias never is.</summary>
    public BusId? BusId => Kind == SelectorKind.Name && Protocol.BusId.TryParse(_value, out var busId) && busId.IsBusPortPath ? busId : null;

    /// <summary>The class that it names by word or number; null if it names none.</summary>
    public byte? Class => Kind == SelectorKind.Class ? _class : null;

    /// <summary>What is behind the colon, without quotes; the whole of a busid or an alias.</summary>
    public string Value => _value;

    /// <exception cref="FormatException">The text is no selector.</exception>
    public static DeviceSelector Parse(string text) =>
        TryParse(text, out var selector, out var problem) ? selector : throw new FormatException(problem);

    /// <param name="text">What a user wrote.</param>
    /// <param name="selector">The selector.</param>
    /// <param name="problem">Otherwise why it is none, as a sentence.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out DeviceSelector? selector, [NotNullWhen(false)] out string? problem)
    {
        (selector, problem) = (null, null);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var value = Unquoted(text[(colon + 1)..]);
        var kind = colon < 0 ? "" : text[..colon];
        switch (kind)
        {
            case "" when Protocol.BusId.TryParse(value, out _):
                selector = new DeviceSelector(SelectorKind.Name, text, value);
                break;
            case "":
                problem = $"'{text}' names no device: a busid or an alias is 1 to {Protocol.BusId.MaxLength} printable characters without spaces or slashes.";
                break;
            case "port" when Protocol.BusId.TryParse(value, out var port) && port.IsBusPortPath:
                selector = new DeviceSelector(SelectorKind.Port, text, value);
                break;
            case "port":
                problem = $"'{text}' names no port: it has the form port:BUS-PORT[.PORT]..., such as port:1-2.3.";
                break;
            case "serial" when value.Length > 0:
                selector = new DeviceSelector(SelectorKind.Serial, text, value);
                break;
            case "product" when value.Length > 0:
                selector = new DeviceSelector(SelectorKind.Product, text, value);
                break;
            case "class" when SelectorClass.TryParse(value, out var code):
                selector = new DeviceSelector(SelectorKind.Class, text, value, deviceClass: code);
                break;
            case "class":
                problem = $"'{text}' names no class: it is a number such as class:08, or one of {SelectorClass.AllWords}.";
                break;
            case var _ when TryParseId(kind, out var vendor) && TryParseId(value, out var product):
                selector = new DeviceSelector(SelectorKind.Id, text, value, (vendor, product));
                break;
            default:
                problem = $"'{text}' selects no device: a selector is {Forms}.";
                break;
        }

        return selector is not null;
    }

    /// <summary>Whether the device is one that this selects.</summary>
    public bool Matches(DeviceTraits device) => Kind switch
    {
        SelectorKind.Name => device.BusId.ToString() == _value || device.Aliases.Contains(_value),
        SelectorKind.Port => device.BusId.ToString() == _value,
        SelectorKind.Id => (device.VendorId, device.ProductId) == _id,
        SelectorKind.Serial => string.Equals(device.SerialNumber, _value, StringComparison.OrdinalIgnoreCase),
        SelectorKind.Class => device.Classes.Contains(_class),
        SelectorKind.Product => device.Product is { } product && FileSystemName.MatchesSimpleExpression(_value, product),
        _ => false,
    };

    /// <summary>The devices that this selects.</summary>
    /// <param name="devices">What there is.</param>
    /// <param name="traits">What is known of each.</param>
    public SelectedDevices<T> Among<T>(IEnumerable<T> devices, Func<T, DeviceTraits> traits)
        where T : class =>
        new(this, [.. devices.Select(device => (Device: device, Traits: traits(device))).Where(entry => Matches(entry.Traits))]);

    public override string ToString() => Text;

    /// <summary>A shell may have left the quotes on.</summary>
    private static string Unquoted(string value) => value is ['"', .. var inner, '"'] ? inner : value;

    private static bool TryParseId(string text, out ushort id)
    {
        id = 0;
        return text.Length == 4 && ushort.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id);
    }
}
