using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.LibUsb;

/// <summary>Takes a device: its node, a libusb handle on it, and all its interfaces; or says in a sentence why not, with nothing kept.</summary>
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
    public LibUsbDevice Open(UsbDeviceInfo device, LibUsbEventThread events, Action<LibUsbDevice> closed)
    {
        var node = UsbfsNode.Open(options.NodeRoot, device);
        nint handle = 0;
        InterfaceClaims? claims = null;
        try
        {
            // The node's number may have gone to another device between the listing and the open.
            if (devices.DeviceNumber(device.BusId.ToString()) != device.DeviceNumber)
            {
                throw new UsbException(UsbFailure.NotFound, $"The device {device.BusId} was unplugged while it was being opened.");
            }

            var error = LibUsbNative.WrapSysDevice(events.Context, node.Descriptor, out handle);
            if (error != LibUsbError.Success)
            {
                throw new UsbException(UsbFailure.Other, $"libusb does not take the device {device.BusId} ({node.Path}): {error}.");
            }

            claims = new InterfaceClaims(handle, device, node, devices, notes, logger);
            var (claimError, refused) = claims.ClaimAll();
            if (claimError != LibUsbError.Success)
            {
                throw ClaimRefusal(device, node.Path, refused, claimError);
            }

            return new LibUsbDevice(device, node, handle, claims, events, closed);
        }
        catch
        {
            Undo(claims, handle, node);
            throw;
        }
    }

    private static void Undo(InterfaceClaims? claims, nint handle, UsbfsNode node)
    {
        try
        {
            claims?.GiveBack();
        }
        finally
        {
            if (handle != 0)
            {
                LibUsbNative.Close(handle);
            }

            node.Dispose();
        }
    }

    private static UsbException ClaimRefusal(UsbDeviceInfo device, string nodePath, BoundInterface refused, LibUsbError error)
    {
        if (error == LibUsbError.NoDevice)
        {
            return new UsbException(UsbFailure.NotFound, $"The device {device.BusId} was unplugged while it was being claimed.");
        }

        if (error != LibUsbError.Busy)
        {
            return new UsbException(UsbFailure.Other, $"The interface {refused.Name} of the device {device.BusId} cannot be claimed: {error}.");
        }

        var holders = NodeHolders.Describe(nodePath);
        var holder = refused.Driver is null or UsbfsNode.DriverName ? "another program" : $"the kernel driver {refused.Driver}";
        return new UsbException(
            UsbFailure.Busy,
            $"The interface {refused.Name} of the device {device.BusId} is held by {holder}{(holders.Length > 0 ? ": " + holders : "")}.",
            holders.Length > 0 ? "end that program, or let it release the device" : $"find the program with: lsof {nodePath}");
    }
}
