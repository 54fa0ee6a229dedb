using UsbIp.Benchmarks.Load;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>How long and how often is measured, and on which programs.</summary>
internal sealed record RunSettings
{
    /// <summary>Where the published usbip-host and usbip-client are.</summary>
    public required string Programs { get; init; }

    /// <summary>Where results go.</summary>
    public required string Results { get; init; }

    /// <summary>Fewer repeats and shorter windows.</summary>
    public bool IsQuick { get; init; }

    /// <summary>What is measured of the host and of the bridge.</summary>
    public IReadOnlyList<Workload> Workloads { get; init; } = Workload.All;

    /// <summary>How often each cell is measured; ratios are formed within a repeat.</summary>
    public int Repeats => IsQuick ? 5 : 11;

    /// <summary>Whether processors are kept from falling asleep, see <see cref="AwakeProcessors"/>.</summary>
    public bool AreProcessorsAwake { get; init; }

    /// <summary>How long each cell runs in each repeat.</summary>
    public TimeSpan Window => TimeSpan.FromMilliseconds(IsQuick ? 60 : 200);

    /// <summary>How long each side runs before anything is measured: the runtime compiles what is hot, buffers grow.</summary>
    public TimeSpan WarmUp => TimeSpan.FromMilliseconds(IsQuick ? 60 : 150);

    public string Host => Path.Combine(Programs, "usbip-host");

    public string Client => Path.Combine(Programs, "usbip-client");
}
