using System.Globalization;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Load;

/// <summary>One kind of load: URBs of one size, so many of them in flight at a time.</summary>
/// <param name="Direction">Which way the data goes.</param>
/// <param name="Size">Bytes of data per URB.</param>
/// <param name="Depth">URBs in flight.</param>
internal readonly record struct Workload(UrbDirection Direction, int Size, int Depth)
{
    /// <summary>What a Linux client's programs can have in flight (usbfs_memory_mb), and so the most that is asked for here.</summary>
    public const int MaxInFlight = 16 * 1024 * 1024;

    private static readonly int[] Sizes = [0, 64, 512, 16 * 1024, 128 * 1024, 1024 * 1024];
    private static readonly int[] Depths = [1, 4, 32];

    /// <summary>Every size at every depth, both ways; what has no data has no direction and is asked once.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        .. from direction in new[] { UrbDirection.In, UrbDirection.Out }
           from size in Sizes
           from depth in Depths
           where size > 0 || direction == UrbDirection.Out
           select new Workload(direction, size, size == 0 ? depth : Math.Min(depth, MaxInFlight / size)),
    ];

    public string SizeText => Size switch
    {
        >= 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{Size >> 20} MiB"),
        >= 1024 => string.Create(CultureInfo.InvariantCulture, $"{Size >> 10} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Size} B"),
    };

    public override string ToString() => $"{(Direction == UrbDirection.In ? "IN" : "OUT")} {SizeText} x {Depth}";
}
