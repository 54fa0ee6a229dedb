using UsbIp.Client.Remote;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Remote;

/// <summary>What the client makes of a device that another one holds.</summary>
public sealed class WaitingTests
{
    private static readonly BusId Device = BusId.Parse("2-1");
    private static readonly ImportDetail Held = new("10.0.0.7:40112", 1_795_262_400_000, 300, 0, 0, "");

    [Fact]
    public void A_refusal_says_who_holds_the_device_since_when_and_that_it_does_nothing()
    {
        using var host = FakeHost.Answering(Held.Behind(OperationCode.ImportReply, OperationStatus.DeviceBusy));

        var error = ImportFails(host, Extensions.Reasons);

        error.ExitCode.Should().Be(ExitCode.Busy);
        error.Message.Should().StartWith($"{host.Address} refused 2-1: held by 10.0.0.7:40112 since ").And.EndWith(", idle for 5 min.");
        error.Hint.Should().StartWith("--wait, ");
    }

    [Fact]
    public void A_holder_that_keeps_the_device_is_quoted_to_who_is_refused_and_to_who_waits()
    {
        var kept = Held with { Reason = "its holder keeps it: sdb1 is mounted on /mnt" };
        using var host = FakeHost.Answering(kept.Behind(OperationCode.ImportReply, OperationStatus.DeviceBusy));

        ImportFails(host, Extensions.Reasons | Extensions.TakeOver).Message.Should().EndWith(", idle for 5 min, and its holder keeps it: sdb1 is mounted on /mnt.");
        HolderText.OfWait(kept with { Place = 1, Waiting = 1 }).Should().EndWith("; place 1 of 1 in the line; its holder keeps it: sdb1 is mounted on /mnt");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(255)]
    public void A_reason_that_is_cut_or_damaged_leaves_the_plain_refusal(int length)
    {
        var answer = Held.Behind(OperationCode.ImportReply, OperationStatus.DeviceBusy);
        var damaged = answer.ToArray();
        damaged[OperationHeader.Size + length] ^= 1;
        using var cut = FakeHost.Answering(answer[..(OperationHeader.Size + length)]);
        using var flipped = FakeHost.Answering(damaged);

        ImportFails(cut, Extensions.Reasons).Message.Should().Contain("device busy (ST_DEV_BUSY)");
        ImportFails(flipped, Extensions.Reasons).Message.Should().Contain("device busy (ST_DEV_BUSY)");
    }

    [Fact]
    public void Who_waits_hears_of_its_place_until_it_has_the_device()
    {
        using var host = FakeHost.Answering(
        [
            .. (Held with { Place = 2, Waiting = 2 }).Behind(OperationCode.WaitReply, OperationStatus.DeviceBusy),
            .. (Held with { Place = 1, Waiting = 1 }).Behind(OperationCode.WaitReply, OperationStatus.DeviceBusy),
            .. Grant(),
        ]);
        var heard = new List<string>();
        using var connection = HostConnection.Connect(host.Address);

        var device = connection.Import(Device, Extensions.Wait, detail => heard.Add(HolderText.OfWait(detail)));

        device.Should().Be(SampleDevices.StickRecord);
        heard.Select(text => text.Split("; ")[1]).Should().Equal("place 2 of 2 in the line", "place 1 of 1 in the line");
    }

    [Fact]
    public void A_wait_that_was_not_asked_for_breaks_the_protocol()
    {
        using var host = FakeHost.Answering(Held.Behind(OperationCode.WaitReply, OperationStatus.DeviceBusy));

        ImportFails(host, Extensions.Reasons).ExitCode.Should().Be(ExitCode.ProtocolError);
    }

    [Fact]
    public void A_wait_that_was_not_offered_breaks_the_protocol_although_somebody_would_listen()
    {
        using var host = FakeHost.Answering(Held.Behind(OperationCode.WaitReply, OperationStatus.DeviceBusy));
        using var connection = HostConnection.Connect(host.Address);

        var import = () => connection.Import(Device, Extensions.Reasons, _ => { });

        import.Should().Throw<CommandException>().Which.ExitCode.Should().Be(ExitCode.ProtocolError);
    }

    [Fact]
    public void A_place_in_the_line_can_be_told_a_hundred_thousand_times()
    {
        var wait = (Held with { Place = 1, Waiting = 1 }).Behind(OperationCode.WaitReply, OperationStatus.DeviceBusy);
        using var host = FakeHost.Conversing((stream, _) =>
        {
            for (var told = 0; told < 100_000; told++)
            {
                stream.Write(wait);
            }

            stream.Write(Grant());
        });
        using var connection = HostConnection.Connect(host.Address);
        var heard = 0;

        connection.Import(Device, Extensions.Wait, _ => heard++).Should().Be(SampleDevices.StickRecord);

        heard.Should().Be(100_000);
    }

    [Fact]
    public void A_wait_with_a_wrong_detail_breaks_the_protocol()
    {
        var wait = Held.Behind(OperationCode.WaitReply, OperationStatus.DeviceBusy);
        wait[^1] ^= 1;
        using var host = FakeHost.Answering(wait);
        using var connection = HostConnection.Connect(host.Address);

        var import = () => connection.Import(Device, Extensions.Wait, _ => { });

        import.Should().Throw<CommandException>().Which.ExitCode.Should().Be(ExitCode.ProtocolError);
    }

    [Fact]
    public void A_host_without_a_line_is_asked_again_until_the_device_is_free()
    {
        var asked = 0;
        using var host = FakeHost.Conversing((stream, _) => stream.Write(++asked < 3 ? Convert.FromHexString("0111000300000002") : Grant()));
        var told = new List<string>();
        var wish = new ImportWish(Wait: new DeviceWait(null, told.Add));

        var device = wish.Run(stop => Import(host, wish, stop), CancellationToken.None);

        device.Should().Be(SampleDevices.StickRecord);
        asked.Should().Be(3);
        told.Should().ContainSingle("the same is not said twice").Which.Should().StartWith("waiting: ").And.Contain("device busy");
    }

    [Fact]
    public void A_wait_with_a_limit_ends_with_it()
    {
        using var host = FakeHost.Refusing(OperationStatus.DeviceBusy);
        var wish = new ImportWish(Wait: new DeviceWait(TimeSpan.FromMilliseconds(50), _ => { }));

        var wait = () => wish.Run(stop => Import(host, wish, stop), CancellationToken.None);

        wait.Should().Throw<CommandException>().Which.ExitCode.Should().Be(ExitCode.Timeout);
    }

    [Fact]
    public void A_wait_that_is_interrupted_is_over()
    {
        using var host = FakeHost.Refusing(OperationStatus.DeviceBusy);
        using var stop = new CancellationTokenSource();
        var wish = new ImportWish(Wait: new DeviceWait(null, _ => stop.Cancel()));

        var wait = () => wish.Run(token => Import(host, wish, token), stop.Token);

        wait.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Another_failure_than_busy_ends_the_wait()
    {
        using var host = FakeHost.Refusing(OperationStatus.NoDevice);
        var wish = new ImportWish(Wait: new DeviceWait(null, _ => { }));

        var wait = () => wish.Run(stop => Import(host, wish, stop), CancellationToken.None);

        wait.Should().Throw<CommandException>().Which.ExitCode.Should().Be(ExitCode.NotFound);
    }

    private static byte[] Grant()
    {
        var bytes = new byte[ImportReply.Size];
        ImportReply.WriteGrant(bytes, SampleDevices.StickRecord);
        return bytes;
    }

    private static DeviceRecord Import(FakeHost host, ImportWish wish, CancellationToken stop)
    {
        using var connection = HostConnection.Connect(host.Address, stop: stop);
        return connection.Import(Device, wish.Offered, wish.Heard);
    }

    private static CommandException ImportFails(FakeHost host, Extensions offered)
    {
        using var connection = HostConnection.Connect(host.Address);
        var import = () => connection.Import(Device, offered);
        return import.Should().Throw<CommandException>().Which;
    }
}
