using UsbIp.Host;
using UsbIp.Host.Commands;
using UsbIp.Host.Control;
using UsbIp.Host.Interop;
using UsbIp.Host.LibUsb;
using UsbIp.Host.LinuxUsb;

using var signals = new StopSignals();
var devices = new LinuxUsbOptions();
var context = new CommandContext
{
    Output = Console.Out,
    Error = Console.Error,
    IsTerminal = !Console.IsOutputRedirected,
    HeedSignals = signals.Heed,
    OpenBackend = loggers => LibUsbBackend.Create(devices, loggers),
    RecoverDevices = loggers => new ClaimRecovery(devices, loggers).Run(),
    ExportCheck = new ExportCheck(devices.NodeRoot, UserAccess.MayWrite, LibUsbLibrary.Require),
};
return await new HostCommandLine(context, HostLoggers.Create).RunAsync(args);
