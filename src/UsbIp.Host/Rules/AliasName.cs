using System.Text.RegularExpressions;
using UsbIp.Protocol;

namespace UsbIp.Host.Rules;

/// <summary>What may be an alias: nothing that a busid or a selector could be, and short enough for every client's request.</summary>
internal static partial class AliasName
{
    /// <summary>A longer name would leave our own clients no room for what they offer behind it (<see cref="ExtensionTail"/>).</summary>
    public const int MaxLength = ExtensionTail.MaxBusIdLength;

    /// <summary>Why the name is none, as a sentence; null if it is one.</summary>
    public static string? Problem(string name) => name switch
    {
        { Length: > MaxLength } => $"The alias '{name}' has {name.Length} characters; the longest has {MaxLength}.",
        _ when !Form().IsMatch(name) => $"'{name}' is no alias: one is made of letters, digits, '.', '_' and '-', and begins with a letter or a digit.",
        _ when BusLike().IsMatch(name) => $"'{name}' is no alias: it looks like a busid.",
        _ => null,
    };

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    /// <summary>BUS-PORT, also of buses and ports that no machine has, and the kernel's names of root hubs.</summary>
    [GeneratedRegex(@"^([0-9]+-[0-9.]*|usb[0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex BusLike();
}
