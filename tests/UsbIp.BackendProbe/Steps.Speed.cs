using System.Diagnostics;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.BackendProbe;

/// <content>The steps that measure.</content>
internal sealed partial class Steps
{
    private void Steady()
    {
        const int Count = 2000;
        var endpoint = Find(TransferType.Bulk, isIn: true);
        Queue(endpoint, 8, 512);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        for (var index = 0; index < Count; index++)
        {
            session.Run(session.Plain(endpoint, 512)).Dispose();
        }

        var perUrb = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Count;
        Console.WriteLine($"note {Count} URBs, one at a time: {clock.Elapsed.TotalMicroseconds / Count:0} us each, {perUrb:0.0} bytes allocated each");
        Check("a URB allocates nothing", perUrb < 1);
    }

    /// <summary>URBs per second of a bulk IN endpoint that always has data, for the scenario that compares the backends.</summary>
    private void Speed()
    {
        var endpoint = Find(TransferType.Bulk, isIn: true);
        foreach (var (length, depth, count) in new[] { (512, 1, 2000), (512, 32, 6000), (16384, 32, 1500), (1 << 20, 2, 60) })
        {
            Stream(endpoint, length, depth, Math.Max(depth, count / 10));
            var clock = Stopwatch.StartNew();
            var processor = Process.GetCurrentProcess().TotalProcessorTime;
            Stream(endpoint, length, depth, count);
            var seconds = clock.Elapsed.TotalSeconds;
            processor = Process.GetCurrentProcess().TotalProcessorTime - processor;
            Console.WriteLine($"speed {length}x{depth} {count / seconds:0} {processor.TotalMicroseconds / count:0}");
        }
    }

    private void Stream(EndpointDescriptor endpoint, int length, int depth, int count)
    {
        for (var index = 0; index < count + depth; index++)
        {
            if (index >= depth)
            {
                (session.Next() ?? throw new TimeoutException($"{index - depth} of {count} completed")).Dispose();
            }

            if (index < count)
            {
                session.Submit(session.Plain(endpoint, length));
            }
        }
    }
}
