namespace UsbIp.Host.Commands;

/// <summary>What an export did to what the service may open.</summary>
/// <param name="Added">What is granted since, by the words that take it back; null if nothing is that was not before.</param>
/// <param name="IsCovered">Whether the service may open what is exported, as far as udev's rules say so.</param>
public readonly record struct ExportGrant(string? Added, bool IsCovered)
{
    /// <summary>What a user is told whose export the service cannot serve.</summary>
    public static string Missing(string device) =>
        $"the service, which is not root, may not open what '{device}' selects, for which udev has no words: usbip-host access grant";
}
