using System.Diagnostics;
using System.Globalization;

namespace UsbIp.Client.Vhci;

/// <summary>
/// Waits until this machine's kernel can use a device that was just attached: addressed, configured, its drivers bound, their nodes made.
/// Looks at sysfs at short intervals: the kernel's own events arrive before the attributes they announce are complete.
/// </summary>
/// <param name="driver">The kernel's vhci_hcd.</param>
/// <param name="sysfs">Where sysfs is mounted.</param>
/// <param name="patience">Stretches every limit, for machines that are slow; 1 is normal.</param>
internal sealed class Enumeration(VhciDriver driver, string sysfs, double patience = 1)
{
    /// <summary>The kernel itself gives up on a device after about 20 s (drivers/usb/core/hub.c, hub_port_connect).</summary>
    private static readonly TimeSpan ConfigurationTimeout = TimeSpan.FromSeconds(25);

    /// <summary>A module that has to be loaded first is bound within that; an interface without a driver costs as much.</summary>
    private static readonly TimeSpan BindTimeout = TimeSpan.FromSeconds(2);

    /// <summary>usb-storage waits for 1 s before it looks at its disk, which then takes its own time to spin up.</summary>
    private static readonly TimeSpan NodeTimeout = TimeSpan.FromSeconds(8);

    /// <param name="port">The port that the device was attached to.</param>
    /// <param name="stop">Ends the wait: the bridge has ended, or the user lost patience.</param>
    /// <exception cref="CommandException">The kernel did not accept the device.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> came first.</exception>
    public LocalDevice WaitUntilUsable(int port, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var device = WaitUntilConfigured(port, watch, stop);
        watch.Restart();
        while (watch.Elapsed < NodeTimeout * patience && device.Interfaces.Any(path => IsUnfinished(path, watch.Elapsed)))
        {
            Pause(watch, stop);
        }

        return device;
    }

    private LocalDevice WaitUntilConfigured(int port, Stopwatch watch, CancellationToken stop)
    {
        while (watch.Elapsed < ConfigurationTimeout * patience)
        {
            var row = driver.ReadPort(port);
            switch (row.State)
            {
                case VhciPortState.Free:
                    throw new CommandException(ExitCode.Failure, $"The kernel let go of the device on port {port:00} before it was enumerated.", "'dmesg | tail' for the kernel's reason.");
                case VhciPortState.Error:
                    throw new CommandException(ExitCode.KernelModule, $"vhci_hcd reports an error on port {port:00}.", $"'usbip-client detach {port}', and 'dmesg | tail' for the kernel's reason.");
                case VhciPortState.Used when LocalDevice.Find(sysfs, row.LocalBusId) is { IsConfigured: true } device:
                    return device;
                default:
                    Pause(watch, stop);
                    break;
            }
        }

        throw new CommandException(
            ExitCode.Timeout,
            $"The kernel did not enumerate the device on port {port:00} within {(ConfigurationTimeout * patience).TotalSeconds:0} s.",
            "'dmesg | tail' for the kernel's reason; unplugging the device from the host and plugging it in again often helps.");
    }

    /// <summary>Whether an interface may still get a driver, or its driver a node.</summary>
    private bool IsUnfinished(string path, TimeSpan waited)
    {
        var classCode = ReadHex(path, "bInterfaceClass");
        var subClass = ReadHex(path, "bInterfaceSubClass");
        var nodes = InterfaceNodes.Expected(classCode, subClass, ReadHex(path, "bInterfaceProtocol"));
        if (nodes.Count == 0 && !InterfaceNodes.MayHaveDriver(classCode))
        {
            return false;
        }

        var bound = Directory.Exists(Path.Combine(path, "driver"));
        return bound
            ? nodes.Count > 0 && !nodes.Any(subsystem => DeviceNodes.Has(path, subsystem))
            : waited < BindTimeout * patience;
    }

    private static int ReadHex(string path, string attribute) =>
        int.TryParse(LocalDevice.ReadAttribute(Path.Combine(path, attribute)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : -1;

    private static void Pause(Stopwatch watch, CancellationToken stop)
    {
        _ = stop.WaitHandle.WaitOne(SysfsPolling.PauseAfter(watch.Elapsed));
        stop.ThrowIfCancellationRequested();
    }
}
