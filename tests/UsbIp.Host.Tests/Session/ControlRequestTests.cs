using UsbIp.Host.Server;
using UsbIp.Host.Session;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Session;

/// <summary>Requests that change what the system knows of the device go through the system's calls, in order with everything else.</summary>
public sealed class ControlRequestTests
{
    [Theory]
    [InlineData(0x02, 0x01, 0, 0x81, "ClearHalt 81")]
    [InlineData(0x01, 0x0B, 1, 0, "SetInterface 0 1")]
    [InlineData(0x00, 0x09, 1, 0, "SetConfiguration 1")]
    [InlineData(0x23, 0x03, 4, 0, "Reset")]
    public async Task Special_request_is_carried_out_and_not_forwarded(byte requestType, byte request, ushort value, ushort index, string expected)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Control(1, requestType, request, value, index));

        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 0));
        device.Specials.Should().Equal(expected);
    }

    [Fact]
    public async Task Set_address_is_swallowed()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Control(1, 0x00, 0x05, value: 9));

        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 0));
        device.Specials.Should().BeEmpty();
        device.TransfersOut.Should().Be(0);
    }

    [Theory]
    [InlineData(0x02, 0x01, 0, 0x00)] // CLEAR_FEATURE(HALT) of endpoint 0
    [InlineData(0x02, 0x03, 0, 0x81)] // SET_FEATURE(HALT)
    [InlineData(0x82, 0x00, 0, 0x81)] // GET_STATUS
    [InlineData(0x21, 0x0B, 0, 0)] // a class request with the number of SET_INTERFACE
    public async Task Ordinary_control_requests_go_to_the_device(byte requestType, byte request, ushort value, ushort index)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Control(1, requestType, request, value, index));
        var transfer = device.NextSubmitted();

        transfer.Setup.Should().Be(new SetupPacket(requestType, request, value, index, 0));
        device.Complete(transfer, UrbStatus.Ok, 0);
        client.ReadSubmitReply().Status.Should().Be(UrbStatus.Ok);
    }

    [Fact]
    public async Task Refused_special_request_goes_to_the_device_whose_answer_counts()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        device.OnSpecial = what => what == "Reset" ? UrbStatus.Ok : UrbStatus.NoEntry;
        using var client = host.Import("1-2");

        client.Submit(Requests.Control(1, 0x01, 0x0B, value: 7, index: 0));
        var transfer = device.NextSubmitted();
        device.Complete(transfer, UrbStatus.Stall, 0);

        client.ReadSubmitReply().Status.Should().Be(UrbStatus.Stall);
    }

    [Fact]
    public async Task Set_interface_ends_the_transfers_that_it_would_cut_off_before_it_is_carried_out()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        var outDuringSpecial = -1;
        device.OnSpecial = what =>
        {
            outDuringSpecial = what.StartsWith("SetInterface", StringComparison.Ordinal) ? device.TransfersOut : outDuringSpecial;
            return UrbStatus.Ok;
        };
        using var client = host.Import("1-2");

        client.Submit(Requests.In(1, 1, 512));
        client.Submit(Requests.In(2, 3, 64));
        device.NextSubmitted();
        device.NextSubmitted();
        client.Submit(Requests.Control(3, 0x01, 0x0B, value: 1, index: 0));

        client.ReadSubmitReply().Status.Should().Be(UrbStatus.Shutdown);
        client.ReadSubmitReply().Status.Should().Be(UrbStatus.Shutdown);
        client.ReadSubmitReply().Should().Be(new SubmitReply(3, UrbStatus.Ok, 0));
        outDuringSpecial.Should().Be(0);
    }

    [Fact]
    public async Task Urb_for_an_endpoint_of_the_new_setting_may_follow_set_interface_at_once()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Send([.. client.Bytes(Requests.Control(1, 0x01, 0x0B, value: 1, index: 0)), .. client.Bytes(Requests.In(2, 6, 64))]);
        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 0));
        var transfer = device.NextSubmitted();

        transfer.EndpointAddress.Should().Be(0x86);
        device.Complete(transfer, UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(2);
    }

    [Fact]
    public async Task Endpoint_of_another_setting_is_refused_and_its_payload_drained()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Out(1, 9, 1000), new byte[1000]);
        client.Submit(Requests.In(2, 6, 64));
        client.Submit(Requests.In(3, 1, 64));

        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.NoEntry, 0));
        client.ReadSubmitReply().Should().Be(new SubmitReply(2, UrbStatus.NoEntry, 0));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(3);
    }

    [Fact]
    public async Task Control_urbs_before_a_special_request_are_answered_before_it()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Control(1, 0x80, 0x00, length: 2));
        var first = device.NextSubmitted();
        client.Submit(Requests.Control(2, 0x02, 0x01, index: 0x81));
        client.Submit(Requests.Control(3, 0x80, 0x00, length: 2));
        device.Complete(first, UrbStatus.Ok, 2);

        client.ReadSubmitReply().Seqnum.Should().Be(1);
        client.Read(2);
        client.ReadSubmitReply().Seqnum.Should().Be(2);
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 2);
        client.ReadSubmitReply().Seqnum.Should().Be(3);
    }

    [Fact]
    public async Task Slow_control_request_costs_a_special_request_its_time_and_not_the_session()
    {
        await using var host = new RunningHost(new ServerOptions { Session = new SessionLimits { DrainTime = TimeSpan.FromMilliseconds(200) } });
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Control(1, 0x80, 0x00, length: 2));
        var slow = device.NextSubmitted();
        client.Submit(Requests.Control(2, 0x02, 0x01, index: 0x81));
        client.ReadSubmitReply().Should().Be(new SubmitReply(2, UrbStatus.TimedOut, 0));
        device.Complete(slow, UrbStatus.Ok, 2);

        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 2));
        device.Specials.Should().BeEmpty();
    }

    [Fact]
    public async Task Special_request_that_is_unlinked_while_it_waits_lets_the_others_go_on()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Control(1, 0x80, 0x00, length: 2));
        var slow = device.NextSubmitted();
        client.Submit(Requests.Control(2, 0x02, 0x01, index: 0x81));
        client.Submit(Requests.In(3, 1, 64));
        client.Unlink(4, target: 2);
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(4, UrbStatus.Unlinked));

        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(3);
        device.Complete(slow, UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(1);
        device.Specials.Should().BeEmpty();
    }
}
