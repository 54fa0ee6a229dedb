using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Bridge;
using UsbIp.Client.Interop;
using UsbIp.Protocol;
using UsbIp.TestKit;
using Xunit.Abstractions;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>Measures the whole process, so nothing else may run.</summary>
[CollectionDefinition(nameof(SteadyState), DisableParallelization = true)]
public sealed class SteadyState;

/// <summary>What a URB costs once a session runs.</summary>
[Collection(nameof(SteadyState))]
public sealed class SteadyStateTests(ITestOutputHelper output)
{
    private const int Depth = 8;
    private const int DataLength = 512;

    [Fact]
    public void A_urb_allocates_nothing()
    {
        using var pair = SocketPair.Create();
        var (near, far) = BridgeRig.ConnectTcp();
        using var bridge = new UrbBridge(pair.BridgeEnd, near, BridgeRig.Device, NullLogger.Instance, default);
        var thread = new Thread(() => bridge.Run());
        thread.Start();
        var kernel = new BlockingSocket(pair.KernelEnd);
        var host = new Thread(() => AnswerAll(new BlockingSocket(far)));
        host.Start();
        RoundTrips(kernel, first: 1, count: 2_000);
        var clock = Stopwatch.GetTimestamp();

        var allocated = Allocations.Least(window => RoundTrips(kernel, first: 2_001 + (window * 8_000), count: 8_000));

        var elapsed = Stopwatch.GetElapsedTime(clock);
        output.WriteLine($"{40_000 / elapsed.TotalSeconds:0} URB/s of {DataLength} bytes at depth {Depth}, {allocated} bytes allocated");
        bridge.Stop();
        thread.Join();
        far.Dispose();
        host.Join();
        allocated.Should().BeLessThan(8_000, "not even a byte per URB");
    }

    /// <summary>Keeps <see cref="Depth"/> IN requests in flight until all are answered.</summary>
    private static void RoundTrips(BlockingSocket kernel, uint first, int count)
    {
        Span<byte> request = stackalloc byte[SubmitRequest.Size];
        new SubmitRequest(0, new DeviceId(1, 2), UrbDirection.In, 1, TransferFlags.None, DataLength, 0, 0, 0, default).Write(request);
        Span<byte> received = stackalloc byte[16 * 1024];
        var asked = 0;
        var expected = (long)count * (SubmitReply.Size + DataLength);
        var total = 0L;
        while (total < expected)
        {
            while (asked < count && asked - (total / (SubmitReply.Size + DataLength)) < Depth)
            {
                BinaryPrimitives.WriteUInt32BigEndian(request[4..], first + (uint)asked);
                kernel.Send(request);
                asked++;
            }

            total += kernel.Receive(received);
        }
    }

    private static void AnswerAll(BlockingSocket host)
    {
        var requests = new byte[64 * SubmitRequest.Size];
        var reply = RawHost.Compose(new SubmitReply(0, UrbStatus.Ok, DataLength), new byte[DataLength], []);
        var filled = 0;
        while (host.Receive(requests.AsSpan(filled)) is > 0 and var received)
        {
            filled += received;
            var position = 0;
            for (; filled - position >= SubmitRequest.Size; position += SubmitRequest.Size)
            {
                requests.AsSpan(position + 4, 4).CopyTo(reply.AsSpan(4));
                host.Send(reply);
            }

            filled -= position;
            requests.AsSpan(position, filled).CopyTo(requests);
        }
    }
}
