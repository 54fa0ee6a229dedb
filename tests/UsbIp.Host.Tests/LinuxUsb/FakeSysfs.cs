using System.Buffers.Binary;
using System.Globalization;
using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.Tests.LinuxUsb;

/// <summary>A directory laid out as /sys/bus/usb/devices, for devices that the test makes up.</summary>
internal sealed class FakeSysfs : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("usbip-sysfs").FullName;

    public FakeSysfs()
    {
        Root = Path.Combine(_top, "bus");
        Directory.CreateDirectory(Root);
        Devices = new SysfsDevices(Root);
        Options = new LinuxUsbOptions
        {
            SysfsRoot = Root,
            NodeRoot = Path.Combine(_top, "dev"),
            BlockRoot = Path.Combine(_top, "block"),
            BtrfsRoot = Path.Combine(_top, "btrfs"),
            InputRoot = Path.Combine(_top, "input"),
            ProcRoot = Path.Combine(_top, "proc"),
            ClaimsDirectory = Path.Combine(_top, "claims"),
        };
    }

    public string Root { get; }

    public SysfsDevices Devices { get; }

    public LinuxUsbOptions Options { get; }

    /// <summary>A full-speed device with one configuration of one vendor interface, as the kernel shows it before anything binds.</summary>
    public void Plug(string name, uint deviceNumber = 5, byte deviceClass = 0, string controller = "pci0000:00", byte[]? descriptors = null)
    {
        var real = Path.Combine(_top, "devices", controller, name);
        Directory.CreateDirectory(real);
        Directory.CreateSymbolicLink(Path.Combine(Root, name), real);
        Write(name, "busnum", "1\n");
        Write(name, "devnum", deviceNumber.ToString(CultureInfo.InvariantCulture) + "\n");
        Write(name, "speed", "12\n");
        Write(name, "bConfigurationValue", "1\n");
        File.WriteAllBytes(Path.Combine(Root, name, "descriptors"), descriptors ?? [.. DeviceDescriptor(deviceClass), .. Configuration(1, interfaces: 1)]);
    }

    /// <summary>Plugs a device in and opens its node, which is a plain file.</summary>
    public UsbfsNode OpenNode(string name)
    {
        Plug(name);
        var device = Devices.Read(name)!;
        var path = UsbfsNode.PathOf(Options.NodeRoot, device);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
        return UsbfsNode.Open(Options.NodeRoot, device);
    }

    public void Unplug(string name)
    {
        File.Delete(Path.Combine(Root, name));
        foreach (var entry in Directory.EnumerateDirectories(Root, name + ":*"))
        {
            Directory.Delete(entry, recursive: true);
        }
    }

    public void Write(string name, string attribute, string content) => File.WriteAllText(Path.Combine(Root, name, attribute), content);

    public void AddInterface(string name, byte number, string? driver = null)
    {
        var entry = string.Create(CultureInfo.InvariantCulture, $"{name}:1.{number}");
        Directory.CreateDirectory(Path.Combine(Root, entry));
        if (driver is not null)
        {
            Bind(entry, driver);
        }
    }

    public void Bind(string entry, string driver) => Directory.CreateSymbolicLink(Path.Combine(Root, entry, "driver"), "../../../bus/usb/drivers/" + driver);

    /// <summary>A disk ("sda") or partition ("sda/sda1") of a device, with its major:minor.</summary>
    public void AddDisk(string name, string path, string numbers)
    {
        var real = Path.Combine(new DirectoryInfo(Path.Combine(Root, name)).LinkTarget!, name + ":1.0", "host0", "block", path);
        Directory.CreateDirectory(Path.Combine(real, "holders"));
        File.WriteAllText(Path.Combine(real, "dev"), numbers + "\n");
        Directory.CreateDirectory(Options.BlockRoot);
        Directory.CreateSymbolicLink(Path.Combine(Options.BlockRoot, Path.GetFileName(path)), real);
    }

    /// <summary>An input device of a device, with the keys that it has.</summary>
    public void AddInput(string name, string input, string keys)
    {
        var real = Path.Combine(new DirectoryInfo(Path.Combine(Root, name)).LinkTarget!, name + ":1.0", "0003:0627:0001.0001", "input", input);
        Directory.CreateDirectory(Path.Combine(real, "capabilities"));
        File.WriteAllText(Path.Combine(real, "capabilities", "key"), keys);
        Directory.CreateDirectory(Options.InputRoot);
        Directory.CreateSymbolicLink(Path.Combine(Options.InputRoot, input), real);
    }

    public void AddHolder(string disk, string holder) => Directory.CreateDirectory(Path.Combine(Options.BlockRoot, disk, "holders", holder));

    /// <summary>A btrfs over these disks.</summary>
    public void AddBtrfs(params string[] disks)
    {
        foreach (var disk in disks)
        {
            Directory.CreateDirectory(Path.Combine(Options.BtrfsRoot, "0b1e-4f", "devices", disk));
        }
    }

    /// <summary>A file of /proc.</summary>
    public void WriteProc(string path, string content)
    {
        var file = Path.Combine(Options.ProcRoot, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    public static byte[] DeviceDescriptor(byte deviceClass = 0) =>
        [18, 1, 0x00, 0x02, deviceClass, 0, 0, 64, 0x51, 0x09, 0x66, 0x16, 0x00, 0x01, 1, 2, 3, 1];

    public static byte[] Configuration(byte value, int interfaces, int? totalLength = null)
    {
        var bytes = new List<byte> { 9, 2, 0, 0, (byte)interfaces, value, 0, 0x80, 50 };
        for (var number = 0; number < interfaces; number++)
        {
            bytes.AddRange([9, 4, (byte)number, 0, 1, 0xFF, 0, 0, 0]);
            bytes.AddRange([7, 5, (byte)(0x81 + number), 2, 64, 0, 0]);
        }

        var result = bytes.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(result.AsSpan(2), (ushort)(totalLength ?? result.Length));
        return result;
    }

    public void Dispose() => Directory.Delete(_top, recursive: true);
}
