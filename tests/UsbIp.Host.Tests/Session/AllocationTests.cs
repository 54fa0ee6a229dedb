using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>Tests that measure the whole process run alone.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>The URB path in steady state allocates nothing.</summary>
[Collection("Alone")]
public sealed class AllocationTests
{
    [Fact]
    public async Task Steady_stream_of_urbs_allocates_nothing()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        var data = Requests.Pattern(512);
        device.OnSubmit = transfer =>
        {
            device.Complete(transfer, UrbStatus.Ok, transfer.Length);
            return true;
        };
        var request = client.Bytes(Requests.Out(1, 2, data.Length), data);
        var reply = new byte[SubmitReply.Size];
        void RoundTrips(int count)
        {
            for (var round = 0; round < count; round++)
            {
                client.Socket.Send(request);
                for (var have = 0; have < reply.Length;)
                {
                    have += client.Socket.Receive(reply.AsSpan(have));
                }
            }
        }

        RoundTrips(2000);
        Allocations.Least(_ => RoundTrips(1000)).Should().BeLessThan(1000, "a URB in steady state costs not even a byte");
    }
}
