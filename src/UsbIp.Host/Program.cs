using System.Runtime.InteropServices;
using UsbIp.Host;
using UsbIp.Host.Commands;
using UsbIp.Host.Control;
using UsbIp.Host.Interop;
using UsbIp.Host.LibUsb;

using var stop = new CancellationTokenSource();

// The first signal ends the daemon in order; a second one, while that takes its time, is the system's again and ends it at once.
void OnSignal(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
var devices = new LibUsbOptions();
var context = new CommandContext
{
    Output = Console.Out,
    Error = Console.Error,
    IsTerminal = !Console.IsOutputRedirected,
    OpenBackend = loggers => new LibUsbBackend(devices, loggers),
    RecoverDevices = loggers => new ClaimRecovery(devices, loggers).Run(),
    ExportCheck = new ExportCheck(devices.NodeRoot, UserAccess.MayWrite, LibUsbLibrary.Require),
};
return await new HostCommandLine(context, HostLoggers.Create).RunAsync(args, stop.Token);
