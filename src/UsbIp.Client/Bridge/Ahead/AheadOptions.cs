namespace UsbIp.Client.Bridge.Ahead;

/// <summary>Whether and how far the bridge may read ahead.</summary>
/// <param name="IsEnabled">False: every request goes to the host when the kernel makes it, and not before.</param>
/// <param name="IsHostOrdered">Whether the host runs a storage device's reads one after the other, and behind the writes before them, as it has said at the import.</param>
public readonly record struct AheadOptions(bool IsEnabled, bool IsHostOrdered = false);
