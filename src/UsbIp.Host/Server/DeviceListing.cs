using UsbIp.Devices;
using UsbIp.Host.Rules;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Server;

/// <summary>Devices in the words of the wire.</summary>
public static class DeviceListing
{
    /// <param name="device">The device.</param>
    /// <param name="aliases">The names that it has on this machine.</param>
    public static ListedDevice ToListed(UsbDeviceInfo device, IReadOnlyCollection<string> aliases)
    {
        var interfaces = new List<InterfaceRecord>();
        foreach (var setting in device.Active?.AlternateSettings ?? [])
        {
            if (setting.AlternateSetting == 0 && interfaces.Count < ProtocolLimits.MaxInterfaces)
            {
                interfaces.Add(new InterfaceRecord(setting.Class, setting.SubClass, setting.Protocol));
            }
        }

        return new ListedDevice(ToRecord(device, aliases, (byte)interfaces.Count), interfaces);
    }

    public static DeviceRecord ToRecord(UsbDeviceInfo device, IReadOnlyCollection<string> aliases) => ToListed(device, aliases).Device;

    private static DeviceRecord ToRecord(UsbDeviceInfo device, IReadOnlyCollection<string> aliases, byte interfaceCount) => new()
    {
        Path = DeviceDescription.Write(device.Path, DeviceTraitsOf.Device(device, aliases)),
        BusId = device.BusId,
        BusNumber = device.BusNumber,
        DeviceNumber = device.DeviceNumber,

        // vhci_hcd takes SuperSpeedPlus only since Linux 6.12; as SuperSpeed it works everywhere.
        Speed = device.Speed == UsbSpeed.SuperPlus ? UsbSpeed.Super : device.Speed,
        VendorId = device.Descriptor.VendorId,
        ProductId = device.Descriptor.ProductId,
        DeviceRelease = device.Descriptor.DeviceRelease,
        DeviceClass = device.Descriptor.DeviceClass,
        DeviceSubClass = device.Descriptor.DeviceSubClass,
        DeviceProtocol = device.Descriptor.DeviceProtocol,
        ConfigurationValue = device.ActiveConfiguration,
        ConfigurationCount = device.Descriptor.ConfigurationCount,
        InterfaceCount = interfaceCount,
    };
}
