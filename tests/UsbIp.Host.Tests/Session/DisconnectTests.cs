using UsbIp.Devices;
using UsbIp.Host.Server;
using UsbIp.Host.Session;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>However a session ends, every transfer comes back, the device is reset and given back, and the next client may have it.</summary>
public sealed class DisconnectTests
{
    private static readonly ServerOptions ShortPatience = new() { Session = new SessionLimits { DrainTime = TimeSpan.FromMilliseconds(200) } };

    [Fact]
    public async Task Client_that_leaves_with_urbs_in_flight_frees_the_device_for_the_next()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        var client = host.Import("1-2");
        for (var seqnum = 1u; seqnum <= 32; seqnum++)
        {
            client.Submit(Requests.In(seqnum, 1, 512));
            device.NextSubmitted();
        }

        client.Dispose();
        host.WaitUntilFree("1-2");

        device.TransfersOut.Should().Be(0);
        device.Specials.Should().Equal("Reset");
        using var next = host.Import("1-2");
    }

    [Fact]
    public async Task Second_client_hears_busy_while_the_first_holds_the_device()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var first = host.Import("1-2");
        using var second = host.Connect();

        second.Import("1-2").Should().Be(OperationStatus.DeviceBusy);
    }

    [Fact]
    public async Task Thousand_clients_that_race_for_a_device_never_have_it_together()
    {
        await using var host = new RunningHost();
        host.Export("1-2"); // the scripted device refuses to be opened twice, and the registry would log that
        var granted = 0;

        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, (_, _) =>
        {
            using var client = host.Connect();
            if (client.Import("1-2") == OperationStatus.Ok)
            {
                Interlocked.Increment(ref granted);
            }

            return ValueTask.CompletedTask;
        });

        granted.Should().BePositive();
        host.LogLines.Should().NotContain(line => line.Contains("open twice", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unplug_with_urbs_in_flight_answers_them_and_ends_the_session()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        for (var seqnum = 1u; seqnum <= 32; seqnum++)
        {
            client.Submit(Requests.In(seqnum, 1, 512));
            device.NextSubmitted();
        }

        device.Unplug();

        var answered = Enumerable.Range(0, 32).Select(_ => client.ReadSubmitReply()).ToList();
        answered.Should().OnlyContain(reply => reply.Status == UrbStatus.Shutdown);
        answered.Select(reply => reply.Seqnum).Order().Should().Equal(Enumerable.Range(1, 32).Select(seqnum => (uint)seqnum));
        client.IsClosedByHost().Should().BeTrue();
        host.WaitForLog("the device was unplugged");
    }

    [Fact]
    public async Task Stopping_the_host_gives_every_device_back()
    {
        var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        client.Submit(Requests.In(1, 1, 512));
        device.NextSubmitted();

        await host.DisposeAsync();

        device.IsOpen.Should().BeFalse();
        client.ReadSubmitReply().Status.Should().Be(UrbStatus.Shutdown);
        client.IsClosedByHost().Should().BeTrue();
    }

    [Fact]
    public async Task Forced_unexport_ends_the_session_and_a_plain_one_says_who_holds_the_device()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        var plain = () => host.Registry.Unexport(BusId.Parse("1-2"));

        plain.Should().Throw<UsbIp.Devices.UsbException>().WithMessage($"*held by {client.Socket.LocalEndPoint}*");
        host.Registry.Unexport(BusId.Parse("1-2"), force: true);

        client.IsClosedByHost().Should().BeTrue();
        host.WaitUntilFree("1-2");
    }

    [Fact]
    public async Task Device_that_completes_late_after_its_client_left_is_waited_for()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        device.OnCancel = _ => { };
        var client = host.Import("1-2");
        client.Submit(Requests.In(1, 1, 512));
        var transfer = device.NextSubmitted();

        client.Dispose();
        device.NextCancelled();
        device.IsOpen.Should().BeTrue("a transfer is still out");
        device.Complete(transfer, UrbStatus.Unlinked, 0);

        host.WaitUntilFree("1-2");
    }

    [Fact]
    public async Task Client_that_goes_on_sending_cannot_hold_a_device_that_is_taken_away()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        device.OnSubmit = transfer =>
        {
            device.Complete(transfer, UrbStatus.Ok, 0);
            return true;
        };
        using var client = host.Import("1-2");
        byte[] requests = [.. Enumerable.Repeat(client.Bytes(Requests.In(1, 1, 64)), 500).SelectMany(request => request)];
        var flood = Task.Run(() =>
        {
            while (true)
            {
                client.Send(requests);
            }
        });
        var read = Task.Run(() =>
        {
            while (client.ReadReply().Header.Seqnum == 1)
            {
            }
        });

        Eventually.Holds(() => device.TransfersAlive > 0, "the flood to arrive");
        host.Registry.Unexport(BusId.Parse("1-2"), force: true);

        Eventually.Holds(() => !device.IsOpen, "the device to be given back");
        await flood.Invoking(task => task).Should().ThrowAsync<Exception>();
        await read.Invoking(task => task).Should().ThrowAsync<Exception>();
    }

    [Fact]
    public async Task Device_that_gives_its_transfers_back_too_late_is_refused_until_it_has()
    {
        await using var host = new RunningHost(ShortPatience);
        var (device, transfer) = LoseTransfer(host);

        using (var early = host.Connect())
        {
            early.Import("1-2").Should().Be(OperationStatus.DeviceError);
        }

        device.IsOpen.Should().BeTrue("a transfer is still out");
        device.Complete(transfer, UrbStatus.Unlinked, 0);
        host.WaitForLog("the last transfer is back");

        Eventually.Holds(() => !device.IsOpen, "the device to be given back");
        device.Specials.Should().Equal("Reset");
        Eventually.Holds(() => host.Connect().Import("1-2") == OperationStatus.Ok, "the device to be had again");
    }

    [Fact]
    public async Task Device_that_lost_a_transfer_can_be_had_again_when_it_is_plugged_in_anew()
    {
        await using var host = new RunningHost(ShortPatience);
        var (lost, transfer) = LoseTransfer(host);

        var renewed = host.Replug("1-2");
        host.WaitForLog("1-2: plugged in");
        using var client = host.Import("1-2");

        renewed.IsOpen.Should().BeTrue();
        lost.Complete(transfer, UrbStatus.Shutdown, 0);
        Eventually.Holds(() => !lost.IsOpen, "the old device to be closed");
    }

    [Fact]
    public async Task Device_whose_backend_throws_costs_its_session_and_nothing_else()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        device.OnSpecial = what => what == "SetConfiguration 1" ? throw new IOException("No space left on device") : UrbStatus.Ok;
        using (var client = host.Import("1-2"))
        {
            client.Submit(Requests.Control(1, 0x00, 0x09, value: 1));
            host.WaitForLog("ended by DeviceFailed").Should().Contain("No space left on device");
        }

        host.WaitUntilFree("1-2");
        using var next = host.Import("1-2");
    }

    [Fact]
    public async Task Submit_that_throws_ends_the_session_with_its_transfers_back()
    {
        await using var host = new RunningHost { ExpectsFault = true };
        var device = host.Export("1-2");
        device.OnSubmit = _ => throw new IOException("No space left on device");
        using var client = host.Import("1-2");

        client.Submit(Requests.In(1, 1, 64));

        host.WaitForLog("fault of this program").Should().Contain("No space left on device");
        Eventually.Holds(() => !device.IsOpen, "the device to be given back");
    }

    private static (ScriptedDevice Device, UsbTransfer Transfer) LoseTransfer(RunningHost host)
    {
        var device = host.Export("1-2");
        device.OnCancel = _ => { };
        using var client = host.Import("1-2");
        client.Submit(Requests.In(1, 1, 512));
        var transfer = device.NextSubmitted();
        client.Dispose();
        host.WaitForLog("keeps transfers that were cancelled");
        host.WaitUntilFree("1-2");
        return (device, transfer);
    }
}
