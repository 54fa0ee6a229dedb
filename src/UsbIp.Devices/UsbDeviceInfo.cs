using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices;

/// <summary>What is known of a device without opening it. Immutable: a snapshot of the moment it was listed or opened.</summary>
public sealed record UsbDeviceInfo
{
    public required BusId BusId { get; init; }

    /// <summary>1..255.</summary>
    public required uint BusNumber { get; init; }

    /// <summary>1..255; changes with each re-plug.</summary>
    public required uint DeviceNumber { get; init; }

    public required UsbSpeed Speed { get; init; }

    public required DeviceDescriptor Descriptor { get; init; }

    /// <summary>All configurations, in the order of the device; empty if the device gave none that can be read.</summary>
    public required IReadOnlyList<ConfigurationDescriptor> Configurations { get; init; }

    /// <summary>bConfigurationValue of the active configuration; 0 while unconfigured.</summary>
    public required byte ActiveConfiguration { get; init; }

    /// <summary>Where the system has the device, such as /sys/bus/usb/devices/1-2; for display.</summary>
    public required string Path { get; init; }

    public string? Manufacturer { get; init; }

    public string? Product { get; init; }

    public string? SerialNumber { get; init; }

    /// <summary>Drivers bound to the interfaces of the active configuration, without doubles; empty where there are none.</summary>
    public IReadOnlyList<string> Drivers { get; init; } = [];

    /// <summary>True for a device that is itself attached through USB/IP (vhci_hcd): serving it again would make a loop.</summary>
    public bool IsRemote { get; init; }

    public bool IsHub => Descriptor.DeviceClass == 9;

    public ConfigurationDescriptor? Active
    {
        get
        {
            foreach (var configuration in Configurations)
            {
                if (configuration.Value == ActiveConfiguration)
                {
                    return configuration;
                }
            }

            return null;
        }
    }
}
