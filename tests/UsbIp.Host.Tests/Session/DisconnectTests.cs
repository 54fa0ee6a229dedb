using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>However a session ends, every transfer comes back, the device is reset and given back, and the next client may have it.</summary>
public sealed class DisconnectTests
{
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
}
