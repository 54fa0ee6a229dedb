using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using UsbIp.Devices;
using UsbIp.Host.Session;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Benchmarks.Micro;

/// <summary>What the host's table of pending URBs costs per URB, its transfer and its queued reply included: everything but the device and the socket.</summary>
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet knows no Dispose; it calls EmptyTable at the end.")]
public class HostTableBenchmarks
{
    private readonly TransferPool _pool = new();
    private readonly ReplyQueue _replies = new(limit: 8192);
    private readonly List<PendingUrb> _others = [];
    private readonly UnlinksBeforeSubmits _early;
    private readonly PendingUrbs _pending;
    private uint _seqnum = 1000;

    public HostTableBenchmarks()
    {
        _early = new UnlinksBeforeSubmits(_replies, static () => { }, TimeSpan.FromSeconds(1));
        _pending = new PendingUrbs(_replies, _early, Recycle);
    }

    /// <summary>URBs in flight besides the one that is measured.</summary>
    [Params(0, 31)]
    public int Others { get; set; }

    [GlobalSetup]
    public void FillTable()
    {
        for (var other = 1u; other <= Others; other++)
        {
            _others.Add(Begin(other));
        }
    }

    [GlobalCleanup]
    public void EmptyTable()
    {
        foreach (var urb in _others)
        {
            End(urb);
        }

        _early.Dispose();
        _pool.Dispose();
    }

    [Benchmark(Description = "host: one URB through PendingUrbs")]
    public void OneUrb() => End(Begin(unchecked(_seqnum++) | 0x10000));

    private PendingUrb Begin(uint seqnum)
    {
        var urb = _pending.Rent();
        urb.Prepare(
            new SubmitRequest(seqnum, new DeviceId(1, 2), UrbDirection.In, 1, TransferFlags.None, 512, 0, 0, 0, default), TransferType.Bulk, 512, isoPackets: 0);
        urb.Transfer = _pool.Rent(512, isoPackets: 0);
        urb.Transfer.Tag = urb;
        _pending.Add(urb);
        _pending.TryStart(urb);
        return urb;
    }

    private void End(PendingUrb urb)
    {
        _pending.Complete(urb);
        if (_replies.TryTake(out var reply))
        {
            Recycle(reply.Urb!);
        }
    }

    private void Recycle(PendingUrb urb)
    {
        urb.Transfer!.Dispose();
        urb.Transfer = null;
        _pending.Return(urb);
    }
}
