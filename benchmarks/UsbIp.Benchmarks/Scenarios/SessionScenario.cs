using System.Globalization;
using System.Net.Sockets;
using UsbIp.Benchmarks.Load;
using UsbIp.Benchmarks.Processes;
using UsbIp.Benchmarks.Pumps;
using UsbIp.Benchmarks.Report;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>
/// Up to a thousand clients at one host: what an idle session costs in memory, and whether an active one feels the others, by comparison with
/// the only client of another host, in turn. Then ever more of them at work, and in turn with them as many connections to an
/// <see cref="AnsweringHost"/>, which is the limit.
/// </summary>
internal sealed class SessionScenario(RunSettings settings)
{
    public const string Alone = "alone";
    public const string AmongOthers = "among others";
    private const int Most = 1000;

    /// <summary>Longer than a session's second thread waits for work before it ends.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    private static readonly int[] Counts = [1, 10, 100, Most];

    private static readonly Workload[] Loads =
    [
        new(UrbDirection.In, 512, 1),
        new(UrbDirection.In, 512, 32),
        new(UrbDirection.In, 16 * 1024, 4),
        new(UrbDirection.Out, 128 * 1024, 4),
    ];

    /// <summary>What each of many sessions does that work together.</summary>
    private static readonly Workload[] LoadsTogether = [new(UrbDirection.In, 512, 1), new(UrbDirection.In, 16 * 1024, 1)];

    public SessionResults Run()
    {
        var conditions = Surroundings.Look(settings);
        using var quiet = HostProcess.Start(settings.Host, devices: 1);
        using var alone = ImportedSession.Open(quiet.Address, BusId.Parse("250-1"));
        using var crowded = HostProcess.Start(settings.Host, Most);
        var sessions = new List<ImportedSession>();
        try
        {
            var memory = OpenAll(crowded, sessions);
            var active = new Tournament(
                settings,
                [
                    new Contender(Alone, alone.Load, quiet.Process),
                    new Contender(AmongOthers, sessions[^1].Load, crowded.Process),
                ]).Run(Loads);
            return new SessionResults(conditions, memory, Most - 1, active, RunTogether(crowded, sessions));
        }
        finally
        {
            sessions.ForEach(session => session.Dispose());
        }
    }

    private List<CrowdCell> RunTogether(HostProcess host, List<ImportedSession> sessions)
    {
        using var pump = MeasuredProcess.StartSelf(PumpProcess.Answer);
        var port = int.Parse(pump.ReadLine(), CultureInfo.InvariantCulture);
        var direct = new List<Socket>();
        try
        {
            return [.. Counts.SelectMany(count =>
            {
                while (direct.Count < count)
                {
                    direct.Add(PumpProcess.ConnectTcp(port));
                }

                return new Tournament(
                    settings,
                    [
                        new Contender(HostScenario.Limit, Crowd(direct.Take(count)), pump),
                        new Contender(HostScenario.Host, new CrowdLoad([.. sessions.Take(count).Select(session => session.Load)]), host.Process),
                    ]).Run(LoadsTogether).Select(cell => new CrowdCell(count, cell));
            })];
        }
        finally
        {
            direct.ForEach(connection => connection.Dispose());
        }
    }

    private static CrowdLoad Crowd(IEnumerable<Socket> connections) =>
        new([.. connections.Select(connection => new LoadGenerator(connection, PumpProcess.Device.DeviceId, LoadStyle.Client))]);

    private static List<SessionMemory> OpenAll(HostProcess host, List<ImportedSession> sessions)
    {
        var memory = new List<SessionMemory>();
        var before = host.Process.ResidentKib;
        memory.Add(new SessionMemory(0, before, 0, host.Process.Threads));
        foreach (var busId in BusIds(host))
        {
            sessions.Add(ImportedSession.Open(host.Address, busId));
            if (Counts.Contains(sessions.Count))
            {
                host.Process.WaitUntilSettled(Quiet);
                var now = host.Process.ResidentKib;
                memory.Add(new SessionMemory(sessions.Count, now, (now - before) / (double)sessions.Count, host.Process.Threads));
            }
        }

        return memory;
    }

    private static IEnumerable<BusId> BusIds(HostProcess host)
    {
        using var connection = Client.Remote.HostConnection.Connect(host.Address);
        return [.. connection.List().Select(device => device.Device.BusId)];
    }
}
