using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>A disk whose client sends a command's stages without waiting for each.</summary>
public sealed class BulkOnlyOrderTests : IAsyncDisposable
{
    private const int CommandSize = CommandBlockWrapper.Size;
    private const int StatusSize = 13;

    private readonly RunningHost _host = new();
    private readonly ScriptedDevice _disk;
    private RawClient? _client;

    public BulkOnlyOrderTests() => _disk = _host.Export("1-2", new ConfigurationDescriptor(1, 0, 0x80, 50, 1,
    [
        new InterfaceDescriptor(0, 0, 0x08, 0x06, 0x50, 0,
        [
            new EndpointDescriptor(0x81, TransferType.Bulk, 512, 0),
            new EndpointDescriptor(0x02, TransferType.Bulk, 512, 0),
        ]),
    ]));

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public void The_disk_sees_one_stage_after_the_other()
    {
        var client = Attach(Extensions.BulkOnlyOrder);
        SendCommand(client, 1);
        client.Submit(Requests.In(2, 1, 512));
        client.Submit(Requests.In(3, 1, StatusSize));

        var command = _disk.NextSubmitted();
        _disk.TransfersOut.Should().Be(1, "the reads wait for the command");
        _disk.Complete(command, UrbStatus.Ok, CommandSize);
        var data = _disk.NextSubmitted();
        _disk.TransfersOut.Should().Be(1, "the status waits for the data");
        _disk.Complete(data, UrbStatus.Ok, 512);
        _disk.Complete(_disk.NextSubmitted(), UrbStatus.Ok, StatusSize);

        client.ReadSubmitReply().Seqnum.Should().Be(1);
        client.ReadSubmitReply().Seqnum.Should().Be(2);
        client.Read(512);
        client.ReadSubmitReply().Seqnum.Should().Be(3);
    }

    [Theory]
    [InlineData(UrbStatus.Ok, CommandSize)]
    [InlineData(UrbStatus.Stall, 0)]
    public void A_command_is_answered_before_the_reads_behind_it(UrbStatus status, int sent)
    {
        var client = Attach(Extensions.BulkOnlyOrder);
        SendCommand(client, 1);
        client.Submit(Requests.In(2, 1, 512));
        var command = _disk.NextSubmitted();
        WaitUntilHeld(client);

        _disk.Complete(command, status, sent);

        client.ReadSubmitReply().Should().Match<SubmitReply>(reply => reply.Seqnum == 1 && reply.Status == status);
        _disk.Complete(_disk.NextSubmitted(), UrbStatus.Ok, 512);
    }

    [Fact]
    public void A_command_whose_only_read_is_unlinked_is_answered()
    {
        var client = Attach(Extensions.BulkOnlyOrder);
        SendCommand(client, 1);
        client.Submit(Requests.In(2, 1, 512));
        var command = _disk.NextSubmitted();

        client.Unlink(3, target: 2);
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(3, UrbStatus.Unlinked));
        _disk.Complete(command, UrbStatus.Ok, CommandSize);

        client.ReadSubmitReply().Seqnum.Should().Be(1);
    }

    [Fact]
    public void Reads_of_a_client_that_agreed_on_nothing_go_to_the_disk_as_they_come()
    {
        var client = Attach(Extensions.None);
        SendCommand(client, 1);
        client.Submit(Requests.In(2, 1, 512));

        var command = _disk.NextSubmitted();
        var data = _disk.NextSubmitted();
        _disk.Complete(command, UrbStatus.Ok, CommandSize);

        client.ReadSubmitReply().Seqnum.Should().Be(1);
        _disk.Complete(data, UrbStatus.Ok, 512);
    }

    [Fact]
    public void A_read_that_waits_can_be_unlinked_and_the_next_one_goes_on()
    {
        var client = Attach(Extensions.BulkOnlyOrder);
        SendCommand(client, 1);
        client.Submit(Requests.In(2, 1, 512));
        client.Submit(Requests.In(3, 1, StatusSize));
        var command = _disk.NextSubmitted();

        client.Unlink(4, target: 2);
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(4, UrbStatus.Unlinked));
        _disk.Complete(command, UrbStatus.Ok, CommandSize);
        _disk.Complete(_disk.NextSubmitted(), UrbStatus.Ok, StatusSize);

        client.ReadSubmitReply().Seqnum.Should().Be(1);
        client.ReadSubmitReply().Should().Match<SubmitReply>(reply => reply.Seqnum == 3 && reply.ActualLength == StatusSize);
    }

    [Fact]
    public void Reads_that_wait_end_with_the_session()
    {
        var client = Attach(Extensions.BulkOnlyOrder);
        SendCommand(client, 1);
        client.Submit(Requests.In(2, 1, 512));
        _disk.NextSubmitted();
        WaitUntilHeld(client);

        client.Dispose();

        _host.WaitUntilFree("1-2"); // and what is left of transfers, the host looks at by itself
    }

    /// <summary>Everything that was sent before has been dealt with.</summary>
    private static void WaitUntilHeld(RawClient client)
    {
        client.Ping(99);
        client.ReadPong().Should().Be(99);
    }

    private static void SendCommand(RawClient client, uint seqnum) => client.Submit(Requests.Out(seqnum, 2, CommandSize), new byte[CommandSize]);

    private RawClient Attach(Extensions offered)
    {
        _client = _host.Connect();
        _client.Import("1-2", offered | Extensions.Heartbeat).Should().Be(OperationStatus.Ok);
        return _client;
    }
}
