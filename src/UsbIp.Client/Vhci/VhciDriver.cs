using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using UsbIp.Protocol;

namespace UsbIp.Client.Vhci;

/// <summary>The kernel's vhci_hcd, through its directory in sysfs (kernel: drivers/usb/usbip/vhci_sysfs.c). Stateless: every call reads anew.</summary>
public sealed class VhciDriver(string directory = VhciDriver.DefaultDirectory)
{
    /// <summary>Where the attributes of every controller are, also if there are several.</summary>
    public const string DefaultDirectory = "/sys/devices/platform/vhci_hcd.0";

    private const int ErrnoAgain = 11;
    private const int ErrnoBusy = 16;
    private const int ErrnoInvalid = 22;
    private const int ErrnoReadOnly = 30; // a sandbox without the right to /sys

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(2);

    private readonly RootHubs _hubs = new(directory);

    public string Directory { get; } = directory;

    /// <summary>Whether the module is loaded.</summary>
    public bool IsPresent => File.Exists(Path.Combine(Directory, "status"));

    /// <summary>Opens an attribute and writes a text into it in one write(2), or in none if it is empty. Tests put their kernel here.</summary>
    internal Action<string, string> WriteAttribute { get; init; } = WriteFile;

    /// <summary>Every port of every controller, in the order of their numbers.</summary>
    /// <exception cref="CommandException">The module is missing, or its status cannot be read.</exception>
    public IReadOnlyList<VhciPort> ReadPorts() => [.. EnumeratePorts()];

    /// <summary>One port, without reading the controllers behind its own.</summary>
    /// <exception cref="CommandException">There is no such port, the module is missing, or its status cannot be read.</exception>
    public VhciPort ReadPort(int number) =>
        EnumeratePorts().FirstOrDefault(port => port.Number == number)
        ?? throw new CommandException(ExitCode.Usage, $"vhci_hcd has no port {number}.", "'usbip-client port' for what is attached.");

    /// <exception cref="CommandException">No port at all is free, or the module is missing.</exception>
    public void RequireFreePort()
    {
        if (!EnumeratePorts().Any(port => port.IsFree))
        {
            throw NoFreePort($"All {ReadPorts().Count} ports of vhci_hcd are in use.");
        }
    }

    /// <summary>Looks whether this user may attach.</summary>
    /// <exception cref="CommandException">This user may not, or the module is missing.</exception>
    public void RequireWritable() => Write("attach", "");

    /// <summary>
    /// Gives the kernel one end of a socketpair, on a free port of the hub for that speed. The kernel takes its own reference:
    /// the caller closes its copy right afterwards. Returns before the device is enumerated.
    /// </summary>
    /// <returns>The port's number.</returns>
    /// <exception cref="CommandException">No port is free, this user may not attach, or the kernel refused.</exception>
    public int Attach(Socket kernelEnd, DeviceId deviceId, UsbSpeed speed)
    {
        // Somebody else may take a port between our look and our write; each port is tried once, after a new look.
        var tried = new HashSet<int>();
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var port = FreePort(speed, tried);
            try
            {
                var handle = kernelEnd.SafeHandle.DangerousGetHandle(); // stays valid: the caller owns kernelEnd throughout
                Write("attach", string.Create(CultureInfo.InvariantCulture, $"{port} {handle} {deviceId.Value} {(uint)speed}\n"));
                return port;
            }
            catch (IOException error) when (Errno(error) == ErrnoBusy)
            {
                tried.Add(port);
            }
            catch (IOException error) when (Errno(error) == ErrnoAgain && watch.Elapsed < ReadyTimeout)
            {
                Thread.Sleep(SysfsPolling.PauseAfter(watch.Elapsed)); // the controller is still being set up; the kernel tells nobody when it is done
            }
            catch (IOException error)
            {
                throw new CommandException(
                    ExitCode.KernelModule,
                    $"vhci_hcd refused to attach devid {deviceId} at speed {(uint)speed} to port {port}: {error.Message}",
                    "'dmesg | tail' for the kernel's reason.",
                    error);
            }
        }
    }

    /// <summary>Unplugs what is attached to a port; returns before the kernel has let go of it.</summary>
    /// <exception cref="CommandException">There is no such port, nothing is attached to it, or this user may not detach.</exception>
    public void Detach(int port)
    {
        try
        {
            Write("detach", string.Create(CultureInfo.InvariantCulture, $"{port}\n"));
        }
        catch (IOException error) when (Errno(error) == ErrnoInvalid)
        {
            throw NotAttached(port, error);
        }
        catch (IOException error)
        {
            throw new CommandException(ExitCode.KernelModule, $"vhci_hcd refused to detach port {port}: {error.Message}", cause: error);
        }
    }

    /// <summary>Which device the USB core has on a port, in a word for <see cref="WaitUntilFree"/>; null if none.</summary>
    /// <exception cref="CommandException">There is no such port.</exception>
    public string? FindDevice(int port) => _hubs.FindDevice(ReadPort(port));

    /// <summary>
    /// Waits until a port is free again, and its device gone: the kernel unplugs it on its own time. Another device may be on the port right afterwards,
    /// where a client was waiting for one.
    /// </summary>
    /// <param name="port">The port's number.</param>
    /// <param name="device">What <see cref="FindDevice"/> returned before it was detached.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>False if the port is not free in time.</returns>
    public bool WaitUntilFree(int port, string? device, TimeSpan timeout)
    {
        var watch = Stopwatch.StartNew();
        while (ReadPort(port) is var row && _hubs.FindDevice(row) is var now && (!row.IsFree || now is not null))
        {
            if (device is { Length: > 0 } && now is { Length: > 0 } && now != device)
            {
                return true;
            }

            if (watch.Elapsed > timeout)
            {
                return row.IsFree;
            }

            Thread.Sleep(SysfsPolling.PauseAfter(watch.Elapsed)); // sysfs tells nobody when usbcore has let go of a device
        }

        return true;
    }

    internal static CommandException NotAttached(int port, Exception? cause = null) => new(
        ExitCode.NotFound, $"Nothing is attached to port {port:00}.", "'usbip-client port' for what is attached.", cause);

    private static int Errno(IOException error) => error.HResult & 0xFFFF; // .NET leaves the raw errno in HResult

    private IEnumerable<VhciPort> EnumeratePorts()
    {
        for (var controller = 0; ReadStatus(controller) is { } status; controller++)
        {
            int highSpeed = 0, superSpeed = 0;
            foreach (var port in VhciStatus.Parse(status))
            {
                yield return _hubs.Complete(port with { Controller = controller, HubPort = port.IsSuperSpeed ? ++superSpeed : ++highSpeed });
            }
        }
    }

    /// <summary>The status of one controller; null behind the last.</summary>
    private string? ReadStatus(int controller)
    {
        var path = Path.Combine(Directory, controller == 0 ? "status" : $"status.{controller}");
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return controller > 0 ? null : throw VhciModule.Missing(Directory, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.KernelModule, $"{path} cannot be read: {error.Message}", cause: error);
        }
    }

    private static void WriteFile(string path, string text)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(Encoding.ASCII.GetBytes(text));
    }

    private int FreePort(UsbSpeed speed, HashSet<int> tried)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            VhciPort? beingLeft = null;
            foreach (var port in EnumeratePorts().Where(port => port.IsFree && port.Takes(speed) && !tried.Contains(port.Number)))
            {
                if (!_hubs.HasDevice(port))
                {
                    return port.Number;
                }

                beingLeft ??= port;
            }

            if (beingLeft is null)
            {
                var kind = speed == UsbSpeed.Super ? "SuperSpeed" : "high-speed";
                throw NoFreePort($"All {ReadPorts().Count(port => port.Takes(speed))} {kind} ports of vhci_hcd are in use.");
            }

            if (watch.Elapsed > ReadyTimeout)
            {
                return beingLeft.Number; // rather than none
            }

            Thread.Sleep(SysfsPolling.PauseAfter(watch.Elapsed)); // sysfs tells nobody when the device that was on a port is gone
        }
    }

    private static CommandException NoFreePort(string sentence) => new(
        ExitCode.NoFreePort, sentence, "'usbip-client port' for what is attached, and 'usbip-client detach PORT'.");

    private void Write(string attribute, string text)
    {
        var path = Path.Combine(Directory, attribute);
        try
        {
            WriteAttribute(path, text);
        }
        catch (Exception error) when (error is UnauthorizedAccessException || (error is IOException failure && Errno(failure) == ErrnoReadOnly))
        {
            throw new CommandException(
                ExitCode.Permission,
                $"This user may not write {path}.",
                "run the command with sudo, or give a group the right to that file with a udev rule.",
                error);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw VhciModule.Missing(Directory, error);
        }
    }
}
