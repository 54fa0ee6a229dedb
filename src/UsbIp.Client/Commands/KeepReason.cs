using UsbIp.Client.Vhci;
using UsbIp.Shared;

namespace UsbIp.Client.Commands;

/// <summary>Why this machine keeps an attached device from another client that would take it over. For any thread; reads files only, and never the device.</summary>
/// <param name="settings">This machine.</param>
/// <param name="isHeld">Whether its user said so, with --hold.</param>
internal sealed class KeepReason(ClientSettings settings, bool isHeld)
{
    private const int None = -1;

    private volatile int _port = None;

    /// <summary>The device has this port from now on.</summary>
    public void AttachedTo(int port) => _port = port;

    /// <returns>A clause; null if the device may go.</returns>
    public string? Find()
    {
        if (isHeld)
        {
            return "its user keeps it (--hold)";
        }

        try
        {
            return _port != None && LocalDevice.Find(settings.Sysfs, settings.Driver.ReadPort(_port).LocalBusId) is { } device
                ? new BlockDeviceUse(Path.Combine(settings.Sysfs, "class/block"), Path.Combine(settings.Sysfs, "fs/btrfs"), settings.Proc).Find(device.Directory)?.What
                : null;
        }
        catch (CommandException)
        {
            return null; // the module was unloaded, and the device with it
        }
    }
}
