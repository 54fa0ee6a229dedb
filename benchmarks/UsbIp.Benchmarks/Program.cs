using System.Globalization;
using UsbIp.Benchmarks.Pumps;
using UsbIp.Benchmarks.Report;
using UsbIp.Benchmarks.Scenarios;

// bench.sh starts this program as: run DIST RESULTS QUICK [PART...], then report RESULTS PAGE. The other verbs are its own children.
switch (args)
{
    case [PumpProcess.Answer]:
        PumpProcess.RunAnswer();
        return 0;
    case [PumpProcess.Copy or PumpProcess.Shield, var kernelPath, var hostPort]:
        PumpProcess.RunBridge(args[0], kernelPath, int.Parse(hostPort, CultureInfo.InvariantCulture));
        return 0;
    case ["run", var programs, var results, "quick" or "full", .. var parts]:
        new Run(new RunSettings { Programs = programs, Results = results, IsQuick = args[3] == "quick" }).Measure(parts);
        return 0;
    case ["report", var results, var page]:
        new BenchmarkPage(new ResultFiles(results)).Write(page);
        return 0;
    default:
        Console.Error.WriteLine($"usbip-bench: '{string.Join(' ', args)}' is no command line of this program.\nTry: ./bench.sh --help");
        return 2;
}
