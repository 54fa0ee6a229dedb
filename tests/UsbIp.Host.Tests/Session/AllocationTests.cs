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
    private const int Length = 512;

    [Theory]
    [InlineData(UrbDirection.Out, 1)]
    [InlineData(UrbDirection.In, 1)]
    [InlineData(UrbDirection.Out, 8)]
    [InlineData(UrbDirection.In, 8)]
    public async Task Steady_stream_of_urbs_allocates_nothing(UrbDirection direction, int depth)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        device.OnSubmit = transfer =>
        {
            device.Complete(transfer, UrbStatus.Ok, transfer.Length);
            return true;
        };
        var requests = Enumerable.Range(1, depth).SelectMany(seqnum => Request(client, (uint)seqnum, direction)).ToArray();
        var replies = new byte[depth * (SubmitReply.Size + (direction == UrbDirection.In ? Length : 0))];
        void RoundTrips(int count)
        {
            for (var round = 0; round < count; round++)
            {
                client.Socket.Send(requests);
                for (var have = 0; have < replies.Length;)
                {
                    have += client.Socket.Receive(replies.AsSpan(have));
                }
            }
        }

        RoundTrips(2000 / depth);
        Allocations.Least(_ => RoundTrips(1000 / depth)).Should().BeLessThan(1000, "a URB in steady state costs not even a byte");
    }

    private static byte[] Request(RawClient client, uint seqnum, UrbDirection direction) => direction == UrbDirection.Out
        ? client.Bytes(Requests.Out(seqnum, 2, Length), Requests.Pattern(Length))
        : client.Bytes(Requests.In(seqnum, 1, Length));
}
