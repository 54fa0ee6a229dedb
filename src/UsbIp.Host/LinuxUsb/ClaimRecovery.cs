using Microsoft.Extensions.Logging;
using UsbIp.Devices;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// Gives devices back to their kernel drivers after a host was killed: the kernel frees a dead program's interfaces but leaves them without
/// a driver. Run it once when a host starts. Interfaces that have a driver, and claims of hosts that live, are left alone, so that it can
/// run any number of times.
/// </summary>
public sealed class ClaimRecovery(LinuxUsbOptions options, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<ClaimRecovery>();
    private readonly SysfsDevices _devices = new(options.SysfsRoot);

    /// <summary>Reads what dead hosts left and deletes it.</summary>
    /// <returns>How many interfaces have a driver again.</returns>
    public int Run()
    {
        if (options.ClaimsDirectory is not { } directory || !Directory.Exists(directory))
        {
            return 0;
        }

        var recovered = 0;
        foreach (var path in Directory.EnumerateFiles(directory, ClaimsFile.Pattern))
        {
            try
            {
                // Refused while its owner lives and holds the lock.
                using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                using var reader = new StreamReader(file);
                foreach (var claim in ClaimsFile.Parse(reader.ReadToEnd()).OrderBy(one => one.Interface))
                {
                    recovered += Recover(claim) ? 1 : 0;
                }

                File.Delete(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.ClaimsFileSkipped(_logger, path, exception.Message);
            }
        }

        return recovered;
    }

    private bool Recover(ClaimedInterface claim)
    {
        var name = claim.BusId.ToString();
        if (_devices.Read(name) is not { } device || device.DeviceNumber != claim.DeviceNumber)
        {
            return false; // gone, or plugged in anew and bound by the kernel since
        }

        foreach (var one in _devices.Interfaces(name))
        {
            if (one.Number == claim.Interface && one.Driver is null)
            {
                return Reconnect(device, one);
            }
        }

        return false;
    }

    private bool Reconnect(UsbDeviceInfo device, BoundInterface one)
    {
        try
        {
            using var node = UsbfsNode.Open(options.NodeRoot, device);
            var isBound = node.TryReconnect(one.Number);
            Log.InterfaceRecovered(_logger, one.Name, _devices.Driver(one.Name) ?? "none");
            return isBound;
        }
        catch (UsbException exception)
        {
            Log.RecoveryRefused(_logger, one.Name, exception.Message);
            return false;
        }
    }
}
