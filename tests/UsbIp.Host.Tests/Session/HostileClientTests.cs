using System.Buffers.Binary;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>A client that breaks the protocol costs its own session and one log line, and nothing else.</summary>
public sealed class HostileClientTests
{
    public static TheoryData<string, int, uint> BrokenFields => new()
    {
        { "command", 0x00, 0 },
        { "command", 0x00, 3 },
        { "command", 0x00, 0xF5 },
        { "command", 0x00, 0xDEADBEEF },
        { "devid", 0x08, 0xFFFFFFFF },
        { "direction", 0x0C, 2 },
        { "ep", 0x10, 16 },
        { "ep", 0x10, 0xFFFFFFFF },
        { "transfer_buffer_length", 0x18, 0xFFFFFFFF },
        { "transfer_buffer_length", 0x18, 0x7FFFFFFF },
        { "transfer_buffer_length", 0x18, 0x80000000 },
    };

    [Theory]
    [MemberData(nameof(BrokenFields))]
    public async Task Broken_field_ends_the_session_and_the_log_names_it(string field, int offset, uint value)
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        var device = host.Export("1-3");
        using var client = host.Import("1-2");
        using var neighbour = host.Import("1-3");
        var bytes = client.Bytes(Requests.In(1, 1, 64));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), value);

        client.Send(bytes);

        client.IsClosedByHost().Should().BeTrue();
        host.WaitForOnlyComplaint("1-2", client).Should().Contain("ended by ProtocolViolation").And.Contain(field == "command" && value is 3 or 0xF5 ? "reply" : field);
        neighbour.Submit(Requests.In(1, 1, 64));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        neighbour.ReadSubmitReply().Status.Should().Be(UrbStatus.Ok);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1025)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public async Task Impossible_packet_count_of_an_iso_endpoint_ends_the_session(int packets)
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Iso(1, UrbDirection.In, 4, 64, packets));

        client.IsClosedByHost().Should().BeTrue();
        host.WaitForOnlyComplaint("1-2", client).Should().Contain("number_of_packets");
    }

    [Fact]
    public async Task Seqnum_that_is_reused_while_in_flight_ends_the_session()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.In(1, 1, 64));
        client.Submit(Requests.In(1, 1, 64));

        host.WaitForOnlyComplaint("1-2", client).Should().Contain("seqnum 1: a request with that seqnum is still in flight");
    }

    [Fact]
    public async Task Request_for_an_unknown_endpoint_with_packets_ends_the_session()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Iso(1, UrbDirection.Out, 9, 64, 2));

        client.IsClosedByHost().Should().BeTrue();
        host.WaitForOnlyComplaint("1-2", client).Should().Contain("no endpoint 0x09");
    }

    [Theory]
    [InlineData("transfer_flags", 0x14, 0xFFFFFFFF)]
    [InlineData("start_frame", 0x1C, 0x80000000)]
    [InlineData("number_of_packets", 0x20, 0x7FFFFFFF)]
    [InlineData("interval", 0x24, 0xFFFFFFFF)]
    [InlineData("setup", 0x28, 0xFFFFFFFF)]
    [InlineData("setup", 0x2C, 0xFFFFFFFF)]
    public async Task Field_that_says_nothing_of_a_bulk_request_may_be_anything(string field, int offset, uint value)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        device.AnswerAtOnce();
        using var client = host.Import("1-2");
        var bytes = client.Bytes(Requests.Out(1, 2, 20), new byte[20]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), value);

        client.Send(bytes);
        var reply = client.ReadSubmitReply();
        client.Submit(Requests.Out(2, 2, 0));

        (reply.Seqnum, reply.Status, reply.ActualLength).Should().Be((1, UrbStatus.Ok, 20), "{0} means nothing here", field);
        client.ReadSubmitReply().Seqnum.Should().Be(2);
    }

    [Fact]
    public async Task Seeded_nonsense_never_costs_more_than_its_own_session()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        var neighbour = host.Export("1-3");
        device.OnSubmit = transfer =>
        {
            device.Complete(transfer, UrbStatus.Ok, 0);
            return true;
        };
        using var bystander = host.Import("1-3");
        var random = new Random(20261121);

        for (var round = 0; round < 300; round++)
        {
            host.WaitUntilFree("1-2");
            using var client = host.Import("1-2");
            var bytes = new List<byte>();
            for (var request = 0u; request < 20; request++)
            {
                var submit = client.Bytes(Requests.In(request, (byte)random.Next(16), random.Next(5000)));
                submit[random.Next(submit.Length)] = (byte)random.Next(256);
                bytes.AddRange(submit);
            }

            client.Send(bytes.ToArray());
        }

        bystander.Submit(Requests.In(1, 1, 64));
        neighbour.Complete(neighbour.NextSubmitted(), UrbStatus.Ok, 0);
        bystander.ReadSubmitReply().Status.Should().Be(UrbStatus.Ok);
        Eventually.Holds(() => host.BytesInFlight == 0, "the budget to be whole again");
    }
}
