using System.Globalization;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using UsbIp.Client.Interop;
using UsbIp.Client.Vhci;

namespace UsbIp.Client.Tests.Doubles;

/// <summary>
/// A directory that looks like vhci_hcd's, and behaves like it: what is written to attach takes the socket over by its descriptor and makes
/// the device appear in a sysfs of its own; the socket's end, or a detach, makes it vanish. Two ports of each kind.
/// </summary>
internal sealed class FakeVhci : IDisposable
{
    private const int DuplicateDescriptor = 0;
    private const int Again = 11;
    private const int Busy = 16;
    private const int Invalid = 22;
    private const string NotAssigned = "5 000 00000000 0-0";

    private readonly Lock _gate = new();
    private readonly string[] _rows = ["4 000 00000000 0-0", "4 000 00000000 0-0", "4 000 00000000 0-0", "4 000 00000000 0-0"];
    private readonly Socket?[] _sockets = new Socket?[4];
    private readonly List<Thread> _threads = [];

    public FakeVhci()
    {
        Directory.CreateDirectory(Path.Combine(Root, "vhci_hcd.0"));
        Directory.CreateDirectory(Path.Combine(Sysfs, "bus/usb/devices"));
        Driver = new VhciDriver(Path.Combine(Root, "vhci_hcd.0")) { WriteAttribute = Write };
        Records = new AttachmentRecords(RecordDirectory);
        WriteStatus();
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("fake-vhci-").FullName;

    public string Sysfs => Path.Combine(Root, "sys");

    public string RecordDirectory => Path.Combine(Root, "run");

    public VhciDriver Driver { get; }

    public AttachmentRecords Records { get; }

    /// <summary>Ports that somebody else takes in the moment in which they are about to be attached.</summary>
    public HashSet<int> Contested { get; } = [];

    /// <summary>Ports that are let go of in the moment in which they are about to be detached.</summary>
    public HashSet<int> Vanishing { get; } = [];

    /// <summary>How often attach says that the controller is not ready yet.</summary>
    public int NotReady { get; set; }

    /// <summary>Thrown at every write, as the kernel or the file's mode would.</summary>
    public Exception? Refusal { get; set; }

    /// <summary>Whether devices that are attached show up in sysfs.</summary>
    public bool Enumerates { get; set; } = true;

    /// <summary>Whether devices that are attached are given an address of their own, at which vhci_hcd notes them.</summary>
    public bool Addresses { get; set; } = true;

    /// <summary>What was written to attach, in order.</summary>
    public List<string> Attached { get; } = [];

    /// <summary>Puts a row into the status as if somebody had attached a device.</summary>
    public void Occupy(int port, string row)
    {
        lock (_gate)
        {
            _rows[port] = row;
            WriteStatus();
        }
    }

    /// <summary>Makes a device appear in sysfs, with one interface of that class and driver.</summary>
    public string Plug(string busId, string interfaceClass = "ff", string product = "Fake device")
    {
        var device = Path.Combine(Sysfs, "bus/usb/devices", busId);
        var first = Path.Combine(device, busId + ":1.0");
        Directory.CreateDirectory(Path.Combine(first, "driver"));
        File.WriteAllText(Path.Combine(device, "idVendor"), "0781\n");
        File.WriteAllText(Path.Combine(device, "idProduct"), "5581\n");
        File.WriteAllText(Path.Combine(device, "product"), product + "\n");
        File.WriteAllText(Path.Combine(first, "bInterfaceClass"), interfaceClass + "\n");
        File.WriteAllText(Path.Combine(first, "bInterfaceSubClass"), "06\n");
        File.WriteAllText(Path.Combine(first, "bInterfaceProtocol"), "50\n");
        File.WriteAllText(Path.Combine(device, "bNumInterfaces"), " 1\n");
        return first;
    }

    /// <summary>Makes the USB core still have a device on a port, whatever vhci_hcd says.</summary>
    /// <returns>The device's directory.</returns>
    public string Linger(int port)
    {
        var (hub, speed) = port < 2 ? ("usb5", "480") : ("usb6", "5000");
        var path = Directory.CreateDirectory(Path.Combine(Root, "vhci_hcd.0", hub, $"{hub[^1]}-{(port % 2) + 1}")).FullName;
        File.WriteAllText(Path.Combine(Root, "vhci_hcd.0", hub, "speed"), speed + "\n");
        return path;
    }

    /// <summary>Makes a node below an interface.</summary>
    public static void AddNode(string interfaceDirectory, string path, string subsystem, string deviceName)
    {
        var node = Directory.CreateDirectory(Path.Combine(interfaceDirectory, path)).FullName;
        File.CreateSymbolicLink(Path.Combine(node, "subsystem"), "/sys/class/" + subsystem);
        File.WriteAllText(Path.Combine(node, "uevent"), $"MAJOR=8\nDEVNAME={deviceName}\n");
    }

    public void Dispose()
    {
        for (var port = 0; port < _sockets.Length; port++)
        {
            Free(port);
        }

        _threads.ForEach(thread => thread.Join());
        Directory.Delete(Root, recursive: true);
    }

    private void Write(string path, string text)
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }

        if (text.Length == 0)
        {
            return; // only opened
        }

        var words = text.TrimEnd('\n').Split(' ').Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        if (Path.GetFileName(path) == "attach")
        {
            Attach(text.TrimEnd('\n'), words);
        }
        else if (!Free(words[0]) || Vanishing.Contains(words[0]))
        {
            throw new IOException("Invalid argument", Invalid);
        }
    }

    private void Attach(string text, int[] words)
    {
        if (NotReady-- > 0)
        {
            throw new IOException("Resource temporarily unavailable", Again);
        }

        var port = words[0];
        if (Contested.Contains(port))
        {
            Occupy(port, "6 003 00010009 9-9");
            throw new IOException("Device or resource busy", Busy);
        }

        Attached.Add(text);
        using var passed = new SafeFileHandle(words[1], ownsHandle: false);
        var socket = new Socket(new SafeSocketHandle(LibC.FileControl(passed, DuplicateDescriptor, 0), ownsHandle: true));
        var busId = Addresses ? $"5-{port + 1}" : Path.GetFileName(Linger(port));
        if (Enumerates)
        {
            Plug(busId);
        }

        lock (_gate)
        {
            _sockets[port] = socket;
            _rows[port] = Addresses ? string.Create(CultureInfo.InvariantCulture, $"6 {words[3]:000} {words[2]:x8} {busId}") : NotAssigned;
            WriteStatus();
        }

        var thread = new Thread(() => WatchForEnd(port, socket));
        thread.Start();
        _threads.Add(thread);
    }

    private void WatchForEnd(int port, Socket socket)
    {
        try
        {
            while (socket.Receive(new byte[64]) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: the end as well.
        }
        catch (ObjectDisposedException)
        {
            // Detached.
        }

        Free(port);
    }

    private bool Free(int port)
    {
        lock (_gate)
        {
            if (_rows[port].StartsWith('4'))
            {
                return false;
            }

            if (_sockets[port] is { } socket)
            {
                _sockets[port] = null;
                socket.Shutdown(SocketShutdown.Both);
                socket.Dispose();
            }

            if (_rows[port] == NotAssigned)
            {
                Directory.Delete(Linger(port));
            }

            _rows[port] = "4 000 00000000 0-0";
            WriteStatus();
            return true;
        }
    }

    private void WriteStatus()
    {
        var lines = _rows.Select((row, port) =>
        {
            var columns = row.Split(' ');
            return $"{(port < 2 ? "hs" : "ss")}  {port:0000} {columns[0]:000} {columns[1]} {columns[2]} 000000 {columns[3]}\n";
        });
        var path = Path.Combine(Root, "vhci_hcd.0", "status");
        File.WriteAllText(path + ".new", "hub port sta spd dev      sockfd local_busid\n" + string.Concat(lines));
        File.Move(path + ".new", path, overwrite: true); // readers see the old or the new, as with the kernel's
    }
}
