using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Session;

/// <summary>The race between a URB's end and its CMD_UNLINK: every order that can happen, and what the client hears.</summary>
public sealed class UnlinkTests
{
    [Fact]
    public async Task Unlink_before_completion_gets_econnreset_and_no_ret_submit()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.In(1, 1, 512));
        device.NextSubmitted();
        client.Unlink(2, target: 1);
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(2, UrbStatus.Unlinked));

        client.Submit(Requests.In(3, 1, 512));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(3, "nothing may come for the unlinked URB any more");
    }

    [Fact]
    public async Task Unlink_after_completion_gets_zero()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.In(1, 1, 512));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        client.ReadSubmitReply();
        client.Unlink(2, target: 1);

        client.ReadUnlinkReply().Should().Be(new UnlinkReply(2, UrbStatus.Ok));
    }

    [Fact]
    public async Task Unlink_of_a_seqnum_that_never_was_gets_zero_at_once()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var client = host.Import("1-2");

        client.Unlink(9, target: 12345);

        client.ReadUnlinkReply().Should().Be(new UnlinkReply(9, UrbStatus.Ok));
    }

    [Fact]
    public async Task Urb_that_completes_while_it_is_unlinked_loses_no_data_and_is_answered_first()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        device.OnCancel = transfer =>
        {
            transfer.Data[..4].Fill(0x5A);
            device.Complete(transfer, UrbStatus.Ok, 4); // done before the cancel reached it
        };
        using var client = host.Import("1-2");

        client.Submit(Requests.In(1, 1, 512));
        device.NextSubmitted();
        client.Unlink(2, target: 1);

        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 4));
        client.Read(4).Should().OnlyContain(value => value == 0x5A);
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(2, UrbStatus.Ok));
    }

    [Fact]
    public async Task Cancelled_urb_that_had_received_something_brings_it()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        device.OnCancel = transfer => device.Complete(transfer, UrbStatus.Unlinked, 16);
        using var client = host.Import("1-2");

        client.Submit(Requests.In(1, 1, 512));
        device.NextSubmitted();
        client.Unlink(2, target: 1);

        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Unlinked, 16));
        client.Read(16);
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(2, UrbStatus.Ok));
    }

    [Fact]
    public async Task Second_unlink_of_the_same_urb_is_answered_with_zero_and_the_first_with_econnreset()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        device.OnCancel = _ => { }; // the device takes its time
        using var client = host.Import("1-2");

        client.Submit(Requests.In(1, 1, 512));
        var transfer = device.NextSubmitted();
        client.Unlink(2, target: 1);
        client.Unlink(3, target: 1);
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(3, UrbStatus.Ok));
        device.NextCancelled();
        device.Complete(transfer, UrbStatus.Unlinked, 0);

        client.ReadUnlinkReply().Should().Be(new UnlinkReply(2, UrbStatus.Unlinked));
    }

    [Fact]
    public async Task Storm_of_submits_and_unlinks_answers_each_exactly_once()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        var random = new Random(11);
        device.OnSubmit = transfer =>
        {
            if (random.Next(2) == 0)
            {
                device.Complete(transfer, UrbStatus.Ok, 0);
                return true;
            }

            return false;
        };
        using var client = host.Import("1-2");
        const uint Count = 2000;
        var reader = Task.Run(() =>
        {
            var submits = new HashSet<uint>();
            var unlinks = new Dictionary<uint, UrbStatus>();
            while (unlinks.Count < Count)
            {
                var reply = client.ReadReply();
                if (reply.Header.Command == UrbCommand.SubmitReply)
                {
                    submits.Add(reply.Submit.Seqnum).Should().BeTrue();
                    unlinks.Should().NotContainKey(reply.Submit.Seqnum + 1, "a RET_SUBMIT behind its RET_UNLINK makes vhci drop the device");
                }
                else
                {
                    unlinks.Add(reply.Unlink.Seqnum, reply.Unlink.Status);
                }
            }

            return (submits, unlinks);
        });

        for (var index = 0u; index < Count; index++)
        {
            client.Submit(Requests.In((2 * index) + 1, 1, 64));
            client.Unlink((2 * index) + 2, target: (2 * index) + 1);
        }

        var (submits, unlinks) = await reader.WaitAsync(TimeSpan.FromSeconds(60));
        foreach (var (seqnum, status) in unlinks)
        {
            submits.Contains(seqnum - 1).Should().Be(status == UrbStatus.Ok);
        }
    }

    [Fact]
    public async Task Unlink_of_a_urb_that_waits_behind_a_special_request_never_reaches_the_device()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var inSpecial = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        device.OnSpecial = what =>
        {
            if (what.StartsWith("SetInterface", StringComparison.Ordinal))
            {
                inSpecial.Set();
                goOn.Wait(TimeSpan.FromSeconds(20));
            }

            return UrbStatus.Ok;
        };
        using var client = host.Import("1-2");

        client.Submit(Requests.Control(1, 0x01, 0x0B, value: 0, index: 0));
        inSpecial.Wait(TimeSpan.FromSeconds(20)).Should().BeTrue();
        client.Submit(Requests.In(2, 1, 512));
        client.Unlink(3, target: 2);
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(3, UrbStatus.Unlinked));
        goOn.Set();

        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 0));
        device.TransfersOut.Should().Be(0);
    }

    [Fact]
    public async Task Unlink_of_a_running_urb_is_answered_while_a_special_request_is_carried_out()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var special = new HeldSpecial(device, "ClearHalt", UrbStatus.Ok);
        using var client = host.Import("1-2");

        client.Submit(Requests.In(1, 3, 64));
        device.NextSubmitted();
        client.Submit(Requests.Control(2, 0x02, 0x01, index: 0x81));
        special.WaitUntilBegun();
        client.Unlink(3, target: 1);

        client.ReadUnlinkReply().Should().Be(new UnlinkReply(3, UrbStatus.Unlinked));
        special.LetGo();
        client.ReadSubmitReply().Should().Be(new SubmitReply(2, UrbStatus.Ok, 0));
    }

    [Fact]
    public async Task Special_request_that_is_unlinked_while_it_is_carried_out_is_answered_at_once_and_goes_no_further()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var special = new HeldSpecial(device, "ClearHalt", UrbStatus.NoEntry); // a refusal that would go on to the device
        using var client = host.Import("1-2");

        client.Submit(Requests.Control(1, 0x02, 0x01, index: 0x81));
        special.WaitUntilBegun();
        client.Unlink(2, target: 1);
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(2, UrbStatus.Unlinked));
        special.LetGo();
        client.Submit(Requests.In(3, 1, 64));
        var transfer = device.NextSubmitted();

        transfer.EndpointAddress.Should().Be(0x81, "the unlinked request must not reach the device");
        device.Complete(transfer, UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(3);
    }
}
