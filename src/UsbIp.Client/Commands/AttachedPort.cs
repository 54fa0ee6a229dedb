using UsbIp.Client.Vhci;

namespace UsbIp.Client.Commands;

/// <summary>The port of an attachment, for those who are made before there is one. For any thread.</summary>
/// <param name="settings">This machine.</param>
internal sealed class AttachedPort(ClientSettings settings)
{
    private const int None = -1;

    private volatile int _number = None;

    /// <summary>The device has this port from now on.</summary>
    public void Is(int number) => _number = number;

    /// <returns>What this machine's kernel has made of the device; null while it has not, and after it is gone.</returns>
    public LocalDevice? FindDevice()
    {
        try
        {
            return _number == None ? null : LocalDevice.Find(settings.Sysfs, settings.Driver.ReadPort(_number).LocalBusId);
        }
        catch (CommandException)
        {
            return null; // the module was unloaded, and the device with it
        }
    }
}
