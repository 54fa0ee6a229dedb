using System.Globalization;
using UsbIp.Benchmarks.Load;
using UsbIp.Benchmarks.Pumps;
using UsbIp.Benchmarks.Report;
using UsbIp.Benchmarks.Scenarios;
using UsbIp.Protocol;

// bench.sh starts this program as: run DIST RESULTS QUICK [PART...], then report RESULTS PAGE; test.sh as: guard DIST. For a
// profiler there is: load HOST[:PORT] in|out SIZE DEPTH SECONDS, on the host's first zero device. The other verbs are its own children.
switch (args)
{
    case [PumpProcess.Answer]:
        PumpProcess.RunAnswer();
        return 0;
    case [PumpProcess.Copy or PumpProcess.Shield, var kernelPath, var hostPort]:
        PumpProcess.RunBridge(args[0], kernelPath, int.Parse(hostPort, CultureInfo.InvariantCulture));
        return 0;
    case ["run", var programs, var results, "quick" or "full", .. var parts]:
        using (var awake = new AwakeProcessors())
        {
            new Run(new RunSettings { Programs = programs, Results = results, IsQuick = args[3] == "quick", AreProcessorsAwake = awake.AreHeld }).Measure(parts);
        }

        return 0;
    case ["guard", var programs]:
        return RegressionGuard.Run(programs) ? 0 : 1;
    case ["load", var host, "in" or "out", var size, var depth, var seconds]:
        var direction = args[2] == "in" ? UrbDirection.In : UrbDirection.Out;
        var workload = new Workload(direction, int.Parse(size, CultureInfo.InvariantCulture), int.Parse(depth, CultureInfo.InvariantCulture));
        SingleLoad.Run(host, workload, TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)));
        return 0;
    case ["report", var results, var page]:
        new BenchmarkPage(new ResultFiles(results)).Write(page);
        return 0;
    default:
        Console.Error.WriteLine($"usbip-bench: '{string.Join(' ', args)}' is no command line of this program.\nTry: ./bench.sh --help");
        return 2;
}
