using System.Globalization;
using UsbIp.Benchmarks.Load;
using UsbIp.Benchmarks.Processes;
using UsbIp.Benchmarks.Pumps;
using UsbIp.Benchmarks.Report;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>
/// A published usbip-host that serves a virtual device over loopback to a load generator, and in turn with it the physical limit: the same
/// generator against an <see cref="AnsweringHost"/> over the same kind of connection.
/// </summary>
internal sealed class HostScenario(RunSettings settings)
{
    public const string Limit = "limit";
    public const string Host = "host";

    public LoadResults Run()
    {
        var conditions = Surroundings.Look(settings);
        using var host = HostProcess.Start(settings.Host, devices: 1);
        using var pump = MeasuredProcess.StartSelf(PumpProcess.Answer);
        using var direct = PumpProcess.ConnectTcp(int.Parse(pump.ReadLine(), CultureInfo.InvariantCulture));
        var idle = host.Process.ResidentKib;
        using var session = ImportedSession.Open(host.Address, BusId.Parse("250-1"));
        var cells = new Tournament(
            settings,
            [
                new Contender(Limit, new LoadGenerator(direct, PumpProcess.Device.DeviceId, LoadStyle.Client), pump),
                new Contender(Host, session.Load, host.Process),
            ]).Run(settings.Workloads);
        return new LoadResults(conditions, cells, new ProcessMemory(idle, host.Process.ResidentKib, host.Process.PeakResidentKib));
    }
}
