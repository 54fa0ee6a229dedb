using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Perfolizer.Horology;
using UsbIp.Benchmarks.Micro;
using UsbIp.Benchmarks.Report;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>BenchmarkDotNet on what runs once per URB: time and allocations. In this process, since it knows no way to build for .NET 10 yet.</summary>
internal sealed class MicroScenario(RunSettings settings)
{
    public MicroResults Run()
    {
        var conditions = Surroundings.Look(settings);
        var artifacts = Directory.CreateTempSubdirectory("usbip-bench").FullName;
        // A short run's iterations take half a second each, as long ones do.
        var pace = settings.IsQuick ? Job.ShortRun.WithIterationTime(TimeInterval.FromMilliseconds(50)) : Job.Default;
        var job = pace.WithToolchain(InProcessNoEmitToolchain.Instance);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(NullLogger.Instance)
            .WithArtifactsPath(artifacts);
        var results = new[] { typeof(CodecBenchmarks), typeof(ClientTableBenchmarks), typeof(HostTableBenchmarks) }
            .SelectMany(type => BenchmarkRunner.Run(type, config).Reports)
            .Select(ToResult)
            .ToList();
        Directory.Delete(artifacts, recursive: true);
        Console.Error.WriteLine();
        return new MicroResults(conditions, results);
    }

    private static MicroResult ToResult(BenchmarkReport report)
    {
        var benchmark = report.BenchmarkCase;
        var statistics = report.ResultStatistics
            ?? throw new InvalidOperationException($"BenchmarkDotNet gave no figures for {benchmark.Descriptor.WorkloadMethod.Name}.");
        var parameters = benchmark.Parameters.Items.Select(item => $", {item.Value} others in flight");
        return new MicroResult(
            benchmark.Descriptor.Type.Name,
            benchmark.Descriptor.WorkloadMethodDisplayInfo.Trim('\'') + string.Concat(parameters),
            statistics.Mean,
            statistics.StandardError,
            report.GcStats.GetBytesAllocatedPerOperation(benchmark) ?? 0);
    }
}
