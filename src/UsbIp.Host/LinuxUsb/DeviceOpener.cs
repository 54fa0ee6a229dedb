using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.LinuxUsb;

/// <summary>Takes a device: its node, a handle on it, and all its interfaces; or says in a sentence why not, with nothing kept.</summary>
internal sealed class DeviceOpener(LinuxUsbOptions options, SysfsDevices devices, ClaimsFile? notes, ILogger logger)
{
    /// <summary>Whether a device is one to be served at all.</summary>
    /// <exception cref="UsbException">It is not.</exception>
    public static void CheckServable(UsbDeviceInfo device, SysfsDevices devices, LinuxUsbOptions options)
    {
        DeviceRefusal.CheckKind(device, options.AllowRemote);
        if (devices.Driver(device.BusId.ToString()) is { } driver and not "usb")
        {
            throw new UsbException(
                UsbFailure.Busy,
                $"The device {device.BusId} is held whole by the kernel driver {driver}.",
                driver == "usbip-host" ? $"usbip unbind -b {device.BusId}" : $"echo {device.BusId} > /sys/bus/usb/drivers/{driver}/unbind");
        }
    }

    /// <exception cref="UsbException">The device cannot be served, opened or claimed.</exception>
    public LinuxUsbDevice Open(UsbDeviceInfo device, CompletionThread events, Action<LinuxUsbDevice> closed)
    {
        var node = UsbfsNode.Open(options.NodeRoot, device);
        DeviceHandle? handle = null;
        InterfaceClaims? claims = null;
        try
        {
            // The node's number may have gone to another device between the listing and the open.
            if (devices.DeviceNumber(device.BusId.ToString()) != device.DeviceNumber)
            {
                throw new UsbException(UsbFailure.NotFound, $"The device {device.BusId} was unplugged while it was being opened.");
            }

            handle = events.Open(device, node);
            claims = new InterfaceClaims(handle, device, node, devices, notes, logger);
            var (status, refused) = claims.ClaimAll();
            if (status != UrbStatus.Ok)
            {
                throw ClaimRefusal(device, node.Path, refused, status);
            }

            return new LinuxUsbDevice(device, node, handle, claims, events, closed);
        }
        catch
        {
            Undo(claims, handle, node);
            throw;
        }
    }

    private static void Undo(InterfaceClaims? claims, DeviceHandle? handle, UsbfsNode node)
    {
        try
        {
            claims?.GiveBack();
        }
        finally
        {
            handle?.Dispose();
            node.Dispose();
        }
    }

    private static UsbException ClaimRefusal(UsbDeviceInfo device, string nodePath, BoundInterface refused, UrbStatus status)
    {
        if (status == UrbStatus.NoDevice)
        {
            return new UsbException(UsbFailure.NotFound, $"The device {device.BusId} was unplugged while it was being claimed.");
        }

        if (status != UrbStatus.Busy)
        {
            return new UsbException(UsbFailure.Other, $"The interface {refused.Name} of the device {device.BusId} cannot be claimed: {status}.");
        }

        var holders = NodeHolders.Describe(nodePath);
        var holder = refused.Driver is null or UsbfsNode.DriverName ? "another program" : $"the kernel driver {refused.Driver}";
        return new UsbException(
            UsbFailure.Busy,
            $"The interface {refused.Name} of the device {device.BusId} is held by {holder}{(holders.Length > 0 ? ": " + holders : "")}.",
            holders.Length > 0 ? "end that program, or let it release the device" : $"find the program with: lsof {nodePath}");
    }
}
