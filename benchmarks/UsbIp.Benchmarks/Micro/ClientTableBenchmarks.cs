using BenchmarkDotNet.Attributes;
using UsbIp.Client.Bridge;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Micro;

/// <summary>What the bridge's table of pending URBs costs per URB: entered, completed, found, answered.</summary>
public class ClientTableBenchmarks
{
    private readonly PendingUrbs _pending = new(TimeProvider.System);
    private uint _seqnum = 1000;

    /// <summary>URBs in flight besides the one that is measured.</summary>
    [Params(0, 31)]
    public int Others { get; set; }

    [GlobalSetup]
    public void FillTable()
    {
        for (var other = 1u; other <= Others; other++)
        {
            _pending.Complete(_pending.Add(Submit(other)));
        }
    }

    [Benchmark(Description = "bridge: one URB through PendingUrbs")]
    public void OneUrb()
    {
        var seqnum = unchecked(_seqnum++) | 0x10000;
        _pending.Complete(_pending.Add(Submit(seqnum)));
        _pending.Answer(_pending.Find(seqnum)!);
    }

    private static SubmitRequest Submit(uint seqnum) =>
        new(seqnum, new DeviceId(1, 2), UrbDirection.In, 1, TransferFlags.None, 512, 0, 0, 0, default);
}
