using UsbIp.Shared;

namespace UsbIp.Client.Commands;

/// <summary>Why this machine keeps an attached device from another client that would take it over. For any thread; reads files only, and never the device.</summary>
/// <param name="settings">This machine.</param>
/// <param name="port">Where it is attached.</param>
/// <param name="isHeld">Whether its user said so, with --hold.</param>
internal sealed class KeepReason(ClientSettings settings, AttachedPort port, bool isHeld)
{
    /// <returns>A clause; null if the device may go.</returns>
    public string? Find()
    {
        if (isHeld)
        {
            return "its user keeps it (--hold)";
        }

        return port.FindDevice() is { } device
            ? new BlockDeviceUse(Path.Combine(settings.Sysfs, "class/block"), Path.Combine(settings.Sysfs, "fs/btrfs"), settings.Proc).Find(device.Directory)?.What
            : null;
    }
}
