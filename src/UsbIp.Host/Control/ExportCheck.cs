using System.Globalization;
using UsbIp.Devices;
using UsbIp.Host.Server;

namespace UsbIp.Host.Control;

/// <summary>
/// Looks at a real device when it is exported, so that whoever exports it learns at once what a client would run into later: no libusb, or
/// no right to write to its node (/dev/bus/usb/BBB/DDD). Devices without a node, such as virtual ones, need neither. What a rule exports is looked at whenever
/// somebody asks how things stand.
/// </summary>
public sealed class ExportCheck(string nodeRoot, Func<string, bool> mayWrite, Action requireLibrary)
{
    /// <exception cref="UsbException">The library is missing, or this process may not write to the node.</exception>
    public void Run(UsbDeviceInfo info)
    {
        var node = NodeOf(info);
        if (!File.Exists(node))
        {
            return;
        }

        requireLibrary();
        if (!mayWrite(node))
        {
            throw new UsbException(
                UsbFailure.AccessDenied,
                $"Device {info.BusId} cannot be exported: the daemon's user may not write to {node}.",
                $"sudo usbip-host access grant {info.BusId}, which gives it to the service; or run the daemon as root");
        }
    }

    /// <summary>The same devices, each exported one with its node if this process may not open that.</summary>
    public IReadOnlyList<RegisteredDevice> Look(IReadOnlyList<RegisteredDevice> devices) =>
        [.. devices.Select(device => device.Exported ? device with { DeniedNode = DeniedNode(device.Info) } : device)];

    private string? DeniedNode(UsbDeviceInfo info)
    {
        var node = NodeOf(info);
        return File.Exists(node) && !mayWrite(node) ? node : null;
    }

    private string NodeOf(UsbDeviceInfo info) => Path.Combine(
        nodeRoot,
        info.BusNumber.ToString("d3", CultureInfo.InvariantCulture),
        info.DeviceNumber.ToString("d3", CultureInfo.InvariantCulture));
}
