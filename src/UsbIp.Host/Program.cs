using UsbIp.Host;
using UsbIp.Host.Commands;
using UsbIp.Host.Control;
using UsbIp.Host.Doctor;
using UsbIp.Host.Interop;
using UsbIp.Host.LibUsb;
using UsbIp.Host.LinuxUsb;
using UsbIp.Host.Service;
using UsbIp.Host.Usbfs;

using var signals = new StopSignals();
var devices = new LinuxUsbOptions();
var context = new CommandContext
{
    Output = Console.Out,
    Error = Console.Error,
    IsTerminal = !Console.IsOutputRedirected,
    HeedSignals = signals.Heed,
    TakeService = ServiceEnvironment.Take,
    HeedReload = signals.HeedReload,
    OpenBackend = (kind, loggers) => kind == BackendKind.Usbfs ? UsbfsBackend.Create(devices, loggers) : LibUsbBackend.Create(devices, loggers),
    RecoverDevices = loggers => new ClaimRecovery(devices, loggers).Run(),
    ExportCheck = kind => new ExportCheck(devices.NodeRoot, UserAccess.MayReadAndWrite, kind == BackendKind.LibUsb ? LibUsbLibrary.Require : () => { }),
    Surroundings = new HostSurroundings { Usb = devices },
};
return await new HostCommandLine(context, HostLoggers.Create).RunAsync(args);
