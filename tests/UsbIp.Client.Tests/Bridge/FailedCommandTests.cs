using UsbIp.Client.Bridge;
using UsbIp.Protocol;
using static UsbIp.Client.Tests.Bridge.BulkOnly;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>A command that was answered early, and that the device then did not take.</summary>
public sealed class FailedCommandTests : IDisposable
{
    private readonly BridgeRig _rig = new(new BridgeOptions(ReadAhead: true, Extensions.BulkOnlyOrder));

    public FailedCommandTests() => _rig.Configure(Interface);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_command_that_the_device_did_not_take_fails_the_next_stage()
    {
        var data = BeginReadThatFails();
        foreach (var unlink in ReceiveUnlinks())
        {
            _rig.Host.ReplyUnlink(unlink, UrbStatus.Unlinked);
        }

        var failed = _rig.Kernel.Receive()!;

        failed.Seqnum.Should().Be(data);
        failed.Status.Should().Be(UrbStatus.ProtocolError);
    }

    [Fact]
    public void The_driver_is_told_only_when_nothing_at_the_host_could_take_the_next_commands_data()
    {
        var data = BeginReadThatFails();
        var unlinks = ReceiveUnlinks();

        _rig.Host.Reply(data, UrbStatus.Stall, 0);
        _rig.Host.ReplyUnlink(unlinks[1], UrbStatus.Ok);
        _rig.Kernel.Poll(TimeSpan.FromMilliseconds(50)).Should().BeFalse("the status is still being read");
        _rig.Host.ReplyUnlink(unlinks[0], UrbStatus.Unlinked);

        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.ProtocolError, "a stall would make the driver ask for the status of a command that never was");
    }

    [Fact]
    public void A_host_that_never_lets_go_does_not_keep_the_driver_waiting()
    {
        BeginReadThatFails();
        ReceiveUnlinks();

        _rig.AdvanceUntilKernelReadable(TimeSpan.FromMilliseconds(500));

        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.ProtocolError);
    }

    [Fact]
    public void Unlinked_meanwhile_the_next_stage_is_answered_once()
    {
        var data = BeginReadThatFails();
        var unlinks = ReceiveUnlinks();

        var unlink = _rig.Kernel.Unlink(data);
        _rig.Host.Receive()!.Seqnum.Should().Be(unlink);
        _rig.Host.ReplyUnlink(unlink, UrbStatus.Ok);
        Array.ForEach(unlinks, own => _rig.Host.ReplyUnlink(own, UrbStatus.Unlinked));

        _rig.Kernel.Receive()!.Should().Match<UsbIp.TestKit.KernelReply>(reply => reply.IsUnlink && reply.Status == UrbStatus.Unlinked);
        _rig.Exchange(new SetupPacket(0x21, 0xFF, 0, 0, 0));
    }

    [Fact]
    public void Told_too_late_for_the_command_the_driver_is_told_at_its_next_request()
    {
        var command = _rig.Kernel.SubmitOut(Out, Command(0, isIn: false));
        _rig.Kernel.Receive();
        _rig.Host.Receive();
        _rig.Host.Reply(command, UrbStatus.ProtocolError, 0);
        _rig.Exchange(new SetupPacket(0x00, 5, 0, 0, 0));

        var status = _rig.Kernel.SubmitIn(In, 13);

        var failed = _rig.Kernel.Receive()!;
        failed.Seqnum.Should().Be(status);
        failed.Status.Should().Be(UrbStatus.ProtocolError);
    }

    [Fact]
    public void An_error_of_the_data_is_told_when_the_status_is_no_longer_read()
    {
        var data = BeginRead();
        _rig.Host.Reply(data, UrbStatus.ProtocolError, 0);
        var unlink = _rig.Host.Receive()!;
        _rig.Kernel.Poll(TimeSpan.FromMilliseconds(50)).Should().BeFalse("the status's read is still at the host");

        _rig.Host.ReplyUnlink(unlink.Seqnum, UrbStatus.Unlinked);

        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.ProtocolError);
    }

    [Fact]
    public void An_unlink_is_answered_when_the_status_is_no_longer_read()
    {
        var data = BeginRead();
        _rig.Exchange(new SetupPacket(0x00, 5, 0, 0, 0)); // behind which the command's reply has come
        var unlink = _rig.Kernel.Unlink(data);
        var unlinks = ReceiveUnlinks();
        _rig.Host.ReplyUnlink(unlink, UrbStatus.Unlinked);
        _rig.Kernel.Poll(TimeSpan.FromMilliseconds(50)).Should().BeFalse("the status's read is still at the host");

        _rig.Host.ReplyUnlink(unlinks.Single(seqnum => seqnum != unlink), UrbStatus.Unlinked);

        _rig.Kernel.Receive()!.Seqnum.Should().Be(unlink);
    }

    [Fact]
    public void An_unlink_of_what_is_held_back_is_answered_behind_it()
    {
        var data = BeginRead();
        _rig.Host.Reply(data, UrbStatus.ProtocolError, 0);
        var own = _rig.Host.Receive()!.Seqnum;
        var unlink = _rig.Kernel.Unlink(data);
        _rig.Host.Receive()!.Seqnum.Should().Be(unlink);

        var replies = new byte[2 * UnlinkReply.Size];
        new UnlinkReply(own, UrbStatus.Unlinked).Write(replies);
        new UnlinkReply(unlink, UrbStatus.Ok).Write(replies.AsSpan(UnlinkReply.Size));
        _rig.Host.Send(replies);

        new[] { _rig.Kernel.Receive()!.Seqnum, _rig.Kernel.Receive()!.Seqnum }.Should().Equal(
            [data, unlink], "vhci_hcd drops the device for the end of a URB that it has forgotten");
    }

    [Fact]
    public void So_is_one_that_the_host_leaves_to_the_bridge()
    {
        var data = BeginRead();
        _rig.Exchange(new SetupPacket(0x00, 5, 0, 0, 0)); // behind which the command's reply has come
        var unlink = _rig.Kernel.Unlink(data);
        ReceiveUnlinks();
        _rig.Host.Reply(data, UrbStatus.ProtocolError, 0);

        _rig.AdvanceUntilKernelReadable(TimeSpan.FromMilliseconds(500));

        new[] { _rig.Kernel.Receive()!.Seqnum, _rig.Kernel.Receive()!.Seqnum }.Should().Equal(data, unlink);
    }

    [Fact]
    public void What_is_held_back_when_the_session_ends_reaches_the_kernel()
    {
        _rig.Host.Reply(BeginRead(), UrbStatus.ProtocolError, 0);
        _rig.Host.Receive();

        _rig.Bridge.Stop();

        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.ProtocolError);
        _rig.ExpectUnplug();
    }

    [Fact]
    public void What_is_held_back_when_an_interface_is_set_anew_reaches_the_kernel()
    {
        var data = BeginRead();
        _rig.Host.Reply(data, UrbStatus.ProtocolError, 0);
        _rig.Host.Receive();

        var setting = _rig.Kernel.SubmitOut(0, [], new SetupPacket(0x01, 11, 0, 0, 0));
        _rig.Host.Receive()!.Seqnum.Should().Be(setting);
        _rig.Host.Reply(setting);

        new[] { _rig.Kernel.Receive()!.Seqnum, _rig.Kernel.Receive()!.Seqnum }.Should().BeEquivalentTo([data, setting]);
    }

    [Theory]
    [InlineData(0x01, 11)] // SET_INTERFACE
    [InlineData(0x21, 0xFF)] // the class's own request, a bulk-only reset where the class is storage
    public void What_is_done_to_another_interface_leaves_a_command_under_way_alone(byte requestType, byte request)
    {
        using var rig = new BridgeRig(new BridgeOptions(ReadAhead: true, Extensions.BulkOnlyOrder));
        rig.Configure([.. Interface, 9, 4, 1, 0, 1, 3, 1, 1, 0, 7, 5, 0x83, 3, 8, 0, 8]);
        var command = rig.Kernel.SubmitOut(Out, Command(0, isIn: false));
        rig.Kernel.Receive();
        rig.Host.Receive();

        rig.Exchange(new SetupPacket(requestType, request, 0, 1, 0));
        rig.Host.Reply(command, UrbStatus.ProtocolError, 0);
        rig.Exchange(new SetupPacket(0x00, 5, 0, 0, 0));
        var status = rig.Kernel.SubmitIn(In, 13);

        var failed = rig.Kernel.Receive()!;
        failed.Seqnum.Should().Be(status, "the device did not take the command that was answered early");
        failed.Status.Should().Be(UrbStatus.ProtocolError);
    }

    /// <summary>A read whose command the host reports as stalled when all three of its requests are there. Returns the seqnum of its data.</summary>
    private uint BeginReadThatFails() => BeginRead(UrbStatus.Stall, 0);

    /// <summary>A read whose three requests are all at the host; the command is answered like this. Returns the seqnum of its data.</summary>
    private uint BeginRead(UrbStatus commandStatus = UrbStatus.Ok, int taken = 31)
    {
        var command = _rig.Kernel.SubmitOut(Out, Command(512, isIn: true));
        _rig.Kernel.Receive();
        var data = _rig.Kernel.SubmitIn(In, 512);
        _rig.Host.Receive();
        _rig.Host.Receive();
        _rig.Host.Receive();
        _rig.Host.Reply(command, commandStatus, taken);
        return data;
    }

    /// <summary>The status and the data are cancelled.</summary>
    private uint[] ReceiveUnlinks()
    {
        var unlinks = new[] { _rig.Host.Receive()!, _rig.Host.Receive()! };
        unlinks.Should().OnlyContain(request => request.IsUnlink);
        return [.. unlinks.Select(unlink => unlink.Seqnum)];
    }
}
