using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// All interfaces of an open device, taken from their kernel drivers together and given back together, across changes of configuration.
/// Used by one thread at a time; owned by its <see cref="LinuxUsbDevice"/>.
/// </summary>
internal sealed class InterfaceClaims(DeviceHandle device, UsbDeviceInfo info, UsbfsNode node, SysfsDevices devices, ClaimsFile? notes, ILogger logger)
{
    private readonly string _name = info.BusId.ToString();
    private readonly IReadOnlyList<BoundInterface> _before = devices.Interfaces(info.BusId.ToString());
    private readonly HashSet<byte> _noted = [];
    private readonly List<BoundInterface> _claimed = [];

    /// <summary>
    /// Claims every interface that the active configuration has, by bInterfaceNumber (numbers may have gaps); none while unconfigured.
    /// </summary>
    /// <returns>What went wrong and with which interface; nothing stays claimed then.</returns>
    public (UrbStatus Status, BoundInterface Refused) ClaimAll()
    {
        foreach (var one in devices.Interfaces(_name))
        {
            Note(one.Number);
            var status = device.Claim(one.Number);
            if (status != UrbStatus.Ok)
            {
                Release();
                return (status, one);
            }

            _claimed.Add(one);
        }

        if (logger.IsEnabled(LogLevel.Debug))
        {
            var active = devices.Read(_name)?.ActiveConfiguration ?? 0;
            Log.Claimed(logger, _name, string.Join(", ", _claimed.Select(one => one.Number)), active);
        }

        return (UrbStatus.Ok, default);
    }

    /// <summary>
    /// SET_CONFIGURATION as usbfs wants it: nothing may be claimed meanwhile, and kernel drivers must not come back in between. Drivers that
    /// bind to the interfaces of another configuration as the kernel makes them are detached at once. The same value again makes the kernel
    /// reset toggles and alternate settings (usb_reset_configuration).
    /// </summary>
    public UrbStatus Configure(byte value)
    {
        Release();
        var status = device.SetConfiguration(value);
        var (claimed, _) = ClaimAll();
        return status == UrbStatus.Ok ? claimed : status;
    }

    /// <summary>
    /// Resets the port with nothing claimed: the kernel takes a claimed interface from its holder for the reset and gives it to a kernel
    /// driver afterwards (kernel: hub.c, usb_reset_device; usbfs has no pre_reset), one that nobody has it leaves alone.
    /// </summary>
    /// <returns>NoDevice if the device did not come back as it was.</returns>
    public UrbStatus Reset()
    {
        Release();
        var status = device.Reset();
        var (claimed, _) = ClaimAll();
        return status == UrbStatus.Ok && claimed != UrbStatus.Ok ? UrbStatus.NoDevice : status;
    }

    /// <summary>Leaves the device as it was found: its configuration, and its interfaces with the kernel drivers that they had.</summary>
    public void GiveBack()
    {
        Release();
        if (devices.Read(_name) is { } now && now.DeviceNumber == info.DeviceNumber)
        {
            RestoreConfiguration(now.ActiveConfiguration);
            RestoreDrivers();
        }

        foreach (var number in _noted)
        {
            notes?.Remove(new ClaimedInterface(info.BusId, info.DeviceNumber, number));
        }

        _noted.Clear();
        Log.GivenBack(logger, _name);
    }

    /// <summary>
    /// Releases without giving back to drivers: one that wants several interfaces (sound, serial) finds them free only once all are released.
    /// </summary>
    private void Release()
    {
        foreach (var one in _claimed)
        {
            var status = device.Release(one.Number);
            if (status is not (UrbStatus.Ok or UrbStatus.NoDevice))
            {
                Log.ReleaseFailed(logger, one.Name, status);
            }
        }

        _claimed.Clear();
    }

    private void RestoreConfiguration(byte active)
    {
        if (active == info.ActiveConfiguration)
        {
            return;
        }

        var status = device.SetConfiguration(info.ActiveConfiguration);
        if (status is not (UrbStatus.Ok or UrbStatus.NoDevice))
        {
            Log.ConfigurationNotRestored(logger, _name, info.ActiveConfiguration, status);
        }
    }

    /// <summary>Twice over: a driver may take an interface only after another has been taken. The kernel's list says whether it has worked.</summary>
    private void RestoreDrivers()
    {
        var driven = _before.Where(one => one.Driver is not (null or UsbfsNode.DriverName)).ToArray();
        foreach (var one in driven.Concat(driven))
        {
            if (devices.Driver(one.Name) is null)
            {
                node.TryReconnect(one.Number);
            }
        }

        foreach (var one in driven)
        {
            if (devices.Driver(one.Name) is null)
            {
                Log.DriverNotBack(logger, one.Name, one.Driver!);
            }
        }
    }

    private void Note(byte number)
    {
        if (_noted.Add(number))
        {
            notes?.Add(new ClaimedInterface(info.BusId, info.DeviceNumber, number));
        }
    }
}
