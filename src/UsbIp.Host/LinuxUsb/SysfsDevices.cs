using System.Globalization;
using System.Text;
using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;
using UsbIp.Shared;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// The USB devices as the kernel publishes them under /sys/bus/usb/devices: readable by everyone, under the kernel's own busids, without
/// touching a device. What devices say of themselves is bounded and cleaned here. Safe for use by several threads.
/// </summary>
/// <param name="root">The directory, normally /sys/bus/usb/devices. If it is not there, the machine has no USB and the list is empty.</param>
internal sealed class SysfsDevices(string root)
{
    /// <summary>No attribute is longer than a page.</summary>
    private const int MaxAttribute = 4096;

    /// <summary>A device descriptor and eight configurations (kernel: USB_MAXCONFIG) of 64 KiB.</summary>
    private const int MaxDescriptors = DeviceDescriptor.Size + (8 * 65536);

    public IReadOnlyList<UsbDeviceInfo> List()
    {
        var devices = new List<UsbDeviceInfo>();
        foreach (var name in Names())
        {
            if (Read(name) is { } device)
            {
                devices.Add(device);
            }
        }

        devices.Sort((left, right) => (left.BusNumber, left.DeviceNumber).CompareTo((right.BusNumber, right.DeviceNumber)));
        return devices;
    }

    /// <summary>The device of that name, or null; a device that goes away while it is read is one that is not there.</summary>
    public UsbDeviceInfo? Read(string name)
    {
        var path = System.IO.Path.Combine(root, name);
        if (!BusId.TryParse(name, out var busId)
            || !TryReadNumber(name, "busnum", out var bus)
            || !TryReadNumber(name, "devnum", out var number)
            || !DescriptorFile.TryRead(ReadBytes(path, "descriptors", MaxDescriptors), out var descriptor, out var configurations))
        {
            return null;
        }

        TryReadNumber(name, "bConfigurationValue", out var active); // empty while unconfigured
        var device = new UsbDeviceInfo
        {
            BusId = busId,
            BusNumber = bus,
            DeviceNumber = number,
            Speed = ParseSpeed(ReadText(path, "speed")),
            Descriptor = descriptor,
            Configurations = configurations,
            ActiveConfiguration = (byte)Math.Min(active, byte.MaxValue),
            Path = path,
            Manufacturer = ReadText(path, "manufacturer"),
            Product = ReadText(path, "product"),
            SerialNumber = ReadText(path, "serial"),
            Drivers = [.. Interfaces(name).Select(one => one.Driver).OfType<string>().Distinct()],
        };
        return SysfsLink.Resolve(path) is { } realPath ? device with { IsRemote = realPath.Contains("vhci_hcd", StringComparison.Ordinal) } : null;
    }

    /// <summary>The interfaces of the active configuration by bInterfaceNumber, each with the driver bound to it.</summary>
    public IReadOnlyList<BoundInterface> Interfaces(string name)
    {
        var found = new List<BoundInterface>();
        var prefix = name + ":";
        foreach (var entry in Entries(prefix + "*"))
        {
            var dot = entry.IndexOf('.', prefix.Length);
            if (dot > 0 && byte.TryParse(entry.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                found.Add(new BoundInterface(entry, number, Driver(entry)));
            }
        }

        found.Sort((left, right) => left.Number.CompareTo(right.Number));
        return found;
    }

    /// <summary>The driver bound to a device or interface of that name, or null. Devices have "usb" unless something took them whole.</summary>
    public string? Driver(string name)
    {
        var link = new FileInfo(System.IO.Path.Combine(root, name, "driver"));
        return link.LinkTarget is { } target ? System.IO.Path.GetFileName(target) : null;
    }

    /// <summary>The devnum of the device of that name; null if it is not there. Another devnum is another device, or the same plugged again.</summary>
    public uint? DeviceNumber(string name) => TryReadNumber(name, "devnum", out var number) ? number : null;

    /// <summary>The names of all devices, root hubs ("usb1") included.</summary>
    public IEnumerable<string> Names() => Entries("*").Where(name => !name.Contains(':', StringComparison.Ordinal));

    internal static UsbSpeed ParseSpeed(string? megabits) => megabits switch
    {
        "1.5" => UsbSpeed.Low,
        "12" => UsbSpeed.Full,
        "480" => UsbSpeed.High,
        "5000" or "10000" or "20000" => UsbSpeed.Super, // vhci_hcd before 6.12 has no faster one
        _ => UsbSpeed.Unknown,
    };

    private static string? ReadText(string path, string attribute)
    {
        var bytes = ReadBytes(path, attribute, MaxAttribute);
        if (bytes.Length == 0)
        {
            return null;
        }

        return PrintableText.Of(Encoding.UTF8.GetString(bytes).Trim()); // a device writes its strings as it likes
    }

    private static byte[] ReadBytes(string path, string attribute, int limit)
    {
        try
        {
            // Files of sysfs say 4096 for their size, whatever they hold: read until the end.
            using var file = new FileStream(System.IO.Path.Combine(path, attribute), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            using var content = new MemoryStream();
            var buffer = new byte[MaxAttribute];
            while (content.Length < limit && file.Read(buffer) is > 0 and var read)
            {
                content.Write(buffer, 0, (int)Math.Min(read, limit - content.Length));
            }

            return content.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // attributes that do not apply are absent, and a device may leave at any moment
        }
    }

    private bool TryReadNumber(string name, string attribute, out uint value) =>
        uint.TryParse(ReadText(System.IO.Path.Combine(root, name), attribute), NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private IEnumerable<string> Entries(string pattern)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(root, pattern).Select(entry => System.IO.Path.GetFileName(entry))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>An interface in sysfs.</summary>
/// <param name="Name">BUSID:CONFIGURATION.INTERFACE.</param>
/// <param name="Number">bInterfaceNumber.</param>
/// <param name="Driver">The bound driver ("usbfs": a program has claimed it), or null.</param>
internal readonly record struct BoundInterface(string Name, byte Number, string? Driver);
