using System.Globalization;
using UsbIp.Protocol;

namespace UsbIp.Client.Vhci;

/// <summary>
/// A device as this machine's kernel shows it in sysfs. Only cached attributes are read: the process that runs the bridge must never
/// make the kernel ask the device something.
/// </summary>
public sealed class LocalDevice
{
    /// <summary>Where sysfs is mounted.</summary>
    public const string DefaultSysfs = "/sys";

    private LocalDevice(string path, string busId)
    {
        Directory = path;
        BusId = busId;
    }

    /// <summary>The name below /sys/bus/usb/devices, such as "5-1".</summary>
    public string BusId { get; }

    /// <summary>The device's own directory, links resolved.</summary>
    public string Directory { get; }

    public ushort? VendorId => ReadHex("idVendor");

    public ushort? ProductId => ReadHex("idProduct");

    /// <summary>What the device calls itself, printable; null if it has no such string.</summary>
    public string? Product => ReadText("product");

    /// <summary>Printable; null if it has none.</summary>
    public string? SerialNumber => ReadText("serial");

    /// <summary>bDeviceClass, and bInterfaceClass of every interface.</summary>
    public IReadOnlyList<byte> Classes =>
    [
        .. Interfaces.Select(path => Path.Combine(path, "bInterfaceClass")).Prepend(Path.Combine(Directory, "bDeviceClass"))
            .Select(path => byte.TryParse(ReadAttribute(path), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) ? code : (byte?)null)
            .OfType<byte>(),
    ];

    /// <summary>The directories of its interfaces; empty until the kernel has chosen a configuration.</summary>
    public IReadOnlyList<string> Interfaces
    {
        get
        {
            try
            {
                return [.. System.IO.Directory.EnumerateDirectories(Directory, BusId + ":*").Order(StringComparer.Ordinal)];
            }
            catch (IOException)
            {
                return []; // unplugged meanwhile
            }
        }
    }

    /// <summary>Whether every interface of the chosen configuration is there.</summary>
    public bool IsConfigured =>
        int.TryParse(ReadText("bNumInterfaces"), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var count)
        && count > 0
        && Interfaces.Count >= count;

    /// <summary>
    /// Returns when no task works with the device under its lock (usb_lock_device), such as in a driver's ioctl or a reset, or when the device is gone:
    /// the kernel takes that lock to show this attribute (drivers/usb/core/sysfs.c, bConfigurationValue_show). Takes as long as that task does.
    /// </summary>
    public void AwaitUnlocked() => _ = ReadText("bConfigurationValue");

    /// <returns>Null if the kernel has no such device.</returns>
    public static LocalDevice? Find(string sysfs, string busId)
    {
        if (busId.Contains('/', StringComparison.Ordinal) || busId is "." or ".." or "0-0")
        {
            return null;
        }

        var link = new DirectoryInfo(Path.Combine(sysfs, "bus/usb/devices", busId));
        try
        {
            return link.Exists ? new LocalDevice(link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? link.FullName, busId) : null;
        }
        catch (IOException)
        {
            return null; // unplugged meanwhile
        }
    }

    /// <summary>An attribute's text without its line end; null if there is none. Made printable.</summary>
    internal static string? ReadAttribute(string path)
    {
        try
        {
            return PrintableText.Of(File.ReadAllText(path).TrimEnd('\n', ' '));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string? ReadText(string attribute) => ReadAttribute(Path.Combine(Directory, attribute)) is { Length: > 0 } text ? text : null;

    private ushort? ReadHex(string attribute) =>
        ushort.TryParse(ReadText(attribute), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
}
