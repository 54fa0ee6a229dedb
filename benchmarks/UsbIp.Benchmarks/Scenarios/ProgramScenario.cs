using System.Diagnostics;
using UsbIp.Benchmarks.Report;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>The published programs as files: how long they take to start, and how large they are.</summary>
internal sealed class ProgramScenario(RunSettings settings)
{
    /// <summary>What starting any process takes from here: the floor of all others.</summary>
    private const string Floor = "/bin/true";

    public ProgramResults Run()
    {
        var conditions = Surroundings.Look(settings);
        (string Program, string[] Arguments, string Name)[] commands =
        [
            (Floor, [], "true (the floor)"),
            (settings.Client, ["--version"], "usbip-client --version"),
            (settings.Host, ["--version"], "usbip-host --version"),
            (settings.Client, ["--help"], "usbip-client --help"),
            (settings.Host, ["--help"], "usbip-host --help"),
        ];
        var times = commands.Select(_ => new List<double>()).ToArray();
        for (var repeat = -1; repeat < settings.Repeats * 3; repeat++)
        {
            for (var index = 0; index < commands.Length; index++)
            {
                var milliseconds = Time(commands[index].Program, commands[index].Arguments);
                if (repeat >= 0)
                {
                    times[index].Add(milliseconds); // the first round reads the files from the disk
                }
            }
        }

        return new ProgramResults(
            conditions,
            [.. commands.Select((command, index) => new CommandTime(command.Name, times[index]))],
            new[] { settings.Host, settings.Client }.ToDictionary(path => Path.GetFileName(path), path => new FileInfo(path).Length));
    }

    private static double Time(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        var begin = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }
}
