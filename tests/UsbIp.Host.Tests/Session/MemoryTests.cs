using System.Diagnostics;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Session;

/// <summary>The memory that a client costs is what the documentation says, as the operating system counts it.</summary>
[Collection("Alone")]
public sealed class MemoryTests
{
    private const int InFlight = 20 * 1024 * 1024;

    private static readonly byte[] Data = GC.AllocateUninitializedArray<byte>(8 * 1024 * 1024, pinned: true); // once: the test's own memory is not what is measured

    [Fact]
    public async Task Client_that_fills_one_size_after_another_holds_no_more_than_one_session_may()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        Data.AsSpan().Fill(1);
        var seqnum = Round(client, device, length: 64 * 1024, seqnum: 1); // what the first round costs for good is not memory of transfers
        var before = ResidentBytes();

        for (var length = 8 * 1024 * 1024; length >= 32 * 1024; length = length * 2 / 3)
        {
            seqnum = Round(client, device, length, seqnum);
        }

        var grown = ResidentBytes() - before;
        grown.Should().BeLessThan(48L * 1024 * 1024, "24 MiB in flight and 4 MiB kept are all that a session may have");
    }

    /// <summary>Writes as much as the session may have in flight, and then takes it back.</summary>
    private static uint Round(TestKit.RawClient client, TestKit.ScriptedDevice device, int length, uint seqnum)
    {
        var count = InFlight / length * 4 / 5;
        for (var index = 0; index < count; index++)
        {
            client.Submit(Requests.Out(seqnum++, 2, length));
            client.Send(Data.AsSpan(0, length));
            device.NextSubmitted().Length.Should().Be(length);
        }

        var first = seqnum - (uint)count;
        for (var target = first; target < first + count; target++)
        {
            client.Unlink(seqnum, target);
            client.ReadUnlinkReply().Should().Be(new UnlinkReply(seqnum++, UrbStatus.Unlinked));
        }

        return seqnum;
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
