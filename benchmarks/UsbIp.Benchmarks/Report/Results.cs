namespace UsbIp.Benchmarks.Report;

/// <summary>Where and how a run was made.</summary>
internal sealed record Conditions(
    string Processor, int Cores, double MemoryGib, string Kernel, string Runtime, string Date, bool IsQuick, int Repeats, double WindowMilliseconds, double LoadBefore,
    bool AreProcessorsAwake = false, string CongestionControl = "unknown", string Commit = "unknown");

/// <summary>One workload and what each contender made of it: samples of the same index are of the same repeat.</summary>
internal sealed record Cell(string Direction, int Size, int Depth, string SizeText, IReadOnlyDictionary<string, IReadOnlyList<Sample>> Contenders);

/// <summary>The host between a load generator and a virtual device, and the bridge between two pumps.</summary>
internal sealed record LoadResults(Conditions Conditions, IReadOnlyList<Cell> Cells, ProcessMemory Memory);

/// <summary>Resident memory of one process in KiB: before load, after it, and the most that it ever had.</summary>
internal sealed record ProcessMemory(long IdleKib, long LoadedKib, long PeakKib);

/// <summary>A host with that many sessions.</summary>
internal sealed record SessionMemory(int Sessions, long ResidentKib, double KibPerSession, int Threads);

/// <summary>So many sessions under load together: the workload is that of each.</summary>
internal sealed record CrowdCell(int Sessions, Cell Cell);

/// <summary>How sessions add up.</summary>
/// <param name="Conditions">Where and how it was measured.</param>
/// <param name="Memory">Of a host with ever more sessions, all idle.</param>
/// <param name="IdleSessions">How many there are beside the one that <paramref name="Active"/> is about.</param>
/// <param name="Active">One session under load, with and without the idle ones.</param>
/// <param name="Together">Ever more sessions under load together; null in results from before that was measured.</param>
internal sealed record SessionResults(
    Conditions Conditions, IReadOnlyList<SessionMemory> Memory, int IdleSessions, IReadOnlyList<Cell> Active, IReadOnlyList<CrowdCell>? Together = null);

/// <summary>How long a command takes from its start to its end, in ms.</summary>
internal sealed record CommandTime(string Command, IReadOnlyList<double> Milliseconds);

/// <summary>The published programs.</summary>
internal sealed record ProgramResults(Conditions Conditions, IReadOnlyList<CommandTime> Commands, IReadOnlyDictionary<string, long> SizesInBytes);

/// <summary>One micro benchmark.</summary>
internal sealed record MicroResult(string Subject, string Operation, double MeanNanoseconds, double ErrorNanoseconds, double AllocatedBytes);

/// <summary>All micro benchmarks.</summary>
internal sealed record MicroResults(Conditions Conditions, IReadOnlyList<MicroResult> Benchmarks);
