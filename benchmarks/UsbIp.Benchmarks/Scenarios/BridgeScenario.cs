using System.Globalization;
using System.Net.Sockets;
using UsbIp.Benchmarks.Load;
using UsbIp.Benchmarks.Processes;
using UsbIp.Benchmarks.Pumps;
using UsbIp.Benchmarks.Report;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>
/// The bridge alone, between a load generator that writes and reads as vhci_hcd does and a host that answers at once; in turn with it the two
/// directly connected, and the plain copying bridge in its place.
/// </summary>
internal sealed class BridgeScenario(RunSettings settings)
{
    public const string Direct = "direct";
    public const string Copy = "copy";
    public const string Shield = "bridge";

    public LoadResults Run()
    {
        var conditions = Surroundings.Look(settings);
        using var pump = MeasuredProcess.StartSelf(PumpProcess.Answer);
        var port = int.Parse(pump.ReadLine(), CultureInfo.InvariantCulture);
        using var direct = PumpProcess.ConnectTcp(port);
        using var copy = BridgedConnection.Open(PumpProcess.Copy, port);
        using var shield = BridgedConnection.Open(PumpProcess.Shield, port);
        var idle = shield.Bridge.ResidentKib;
        var cells = new Tournament(
            settings,
            [
                new Contender(Direct, Generator(direct), null),
                new Contender(Copy, Generator(copy.Kernel), copy.Bridge),
                new Contender(Shield, Generator(shield.Kernel), shield.Bridge),
            ]).Run(settings.Workloads);
        return new LoadResults(conditions, cells, new ProcessMemory(idle, shield.Bridge.ResidentKib, shield.Bridge.PeakResidentKib));
    }

    private static LoadGenerator Generator(Socket socket) => new(socket, PumpProcess.Device.DeviceId, LoadStyle.Kernel);
}
