namespace UsbIp.Benchmarks.Report;

/// <summary>Where and how a run was made.</summary>
internal sealed record Conditions(
    string Processor, int Cores, double MemoryGib, string Kernel, string Runtime, string Date, bool IsQuick, int Repeats, double WindowMilliseconds, double LoadBefore,
    bool AreProcessorsAwake = false, string CongestionControl = "unknown");

/// <summary>One workload and what each contender made of it: samples of the same index are of the same repeat.</summary>
internal sealed record Cell(string Direction, int Size, int Depth, string SizeText, IReadOnlyDictionary<string, IReadOnlyList<Sample>> Contenders);

/// <summary>The host between a load generator and a virtual device, and the bridge between two pumps.</summary>
internal sealed record LoadResults(Conditions Conditions, IReadOnlyList<Cell> Cells, ProcessMemory Memory);

/// <summary>Resident memory of one process in KiB: before load, after it, and the most that it ever had.</summary>
internal sealed record ProcessMemory(long IdleKib, long LoadedKib, long PeakKib);

/// <summary>A host with that many sessions.</summary>
internal sealed record SessionMemory(int Sessions, long ResidentKib, double KibPerSession, int Threads);

/// <summary>How sessions add up.</summary>
internal sealed record SessionResults(Conditions Conditions, IReadOnlyList<SessionMemory> Memory, int IdleSessions, IReadOnlyList<Cell> Active);

/// <summary>How long a command takes from its start to its end, in ms.</summary>
internal sealed record CommandTime(string Command, IReadOnlyList<double> Milliseconds);

/// <summary>The published programs.</summary>
internal sealed record ProgramResults(Conditions Conditions, IReadOnlyList<CommandTime> Commands, IReadOnlyDictionary<string, long> SizesInBytes);

/// <summary>One micro benchmark.</summary>
internal sealed record MicroResult(string Subject, string Operation, double MeanNanoseconds, double ErrorNanoseconds, double AllocatedBytes);

/// <summary>All micro benchmarks.</summary>
internal sealed record MicroResults(Conditions Conditions, IReadOnlyList<MicroResult> Benchmarks);
