using UsbIp.Host.Rules;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Server;

/// <summary>Several clients want one device: who has it, who waits, who takes it, and what each is told.</summary>
public sealed class SharingTests
{
    private static readonly BusId Device = BusId.Parse("1-2");

    [Fact]
    public async Task A_stock_client_is_refused_with_the_status_and_not_a_byte_more()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var holder = host.Import("1-2");
        using var second = host.Connect();

        second.Import("1-2").Should().Be(OperationStatus.DeviceBusy);

        second.IsClosedByHost().Should().BeTrue();
    }

    [Fact]
    public async Task A_client_that_can_read_it_learns_who_holds_the_device()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var holder = host.Import("1-2");
        using var second = host.Connect();

        second.Import("1-2", Extensions.Reasons).Should().Be(OperationStatus.DeviceBusy);
        var detail = second.ReadDetail();

        detail.Holder.Should().Be(holder.Socket.LocalEndPoint!.ToString());
        DateTimeOffset.FromUnixTimeMilliseconds(detail.HeldSince).Should().BeCloseTo(DateTimeOffset.Now, TimeSpan.FromMinutes(5));
        second.IsClosedByHost().Should().BeTrue();
    }

    [Fact]
    public async Task Who_asks_while_the_device_is_being_given_back_gets_it()
    {
        using var resetBegun = new ManualResetEventSlim();
        using var resetMayEnd = new ManualResetEventSlim();
        await using var host = new RunningHost();
        host.Export("1-2").OnSpecial = _ =>
        {
            resetBegun.Set();
            resetMayEnd.Wait();
            return UrbStatus.Ok;
        };
        host.Import("1-2").Dispose();
        resetBegun.Wait(TimeSpan.FromSeconds(20)).Should().BeTrue("the device is reset when its session has ended");
        using var next = host.Connect();

        var asked = Task.Run(() => next.Import("1-2"));
        (await Task.WhenAny(asked, Task.Delay(50))).Should().NotBeSameAs(asked, "it is not refused");
        resetMayEnd.Set();

        (await asked).Should().Be(OperationStatus.Ok);
    }

    [Fact]
    public async Task Who_waits_gets_the_device_first_come_first_served()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        var holder = host.Import("1-2");
        var line = new List<RawClient>();
        for (var place = 1; place <= 5; place++)
        {
            var client = host.Connect();
            client.Ask("1-2", Extensions.Wait);
            client.ReadPlace().Should().Be(place);
            line.Add(client);
        }

        foreach (var next in line)
        {
            holder.Dispose();
            next.ReadUntilGranted();
            host.Registry.List().Single().Holder!.Client.Should().Be(next.Socket.LocalEndPoint!.ToString());
            holder = next;
        }

        holder.Dispose();
    }

    [Fact]
    public async Task Who_leaves_the_line_is_forgotten_and_who_stood_behind_learns_the_new_place()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var holder = host.Import("1-2");
        using var second = host.Connect();
        var first = host.Connect();
        first.Ask("1-2", Extensions.Wait);
        first.ReadPlace().Should().Be(1);
        second.Ask("1-2", Extensions.Wait);
        second.ReadPlace().Should().Be(2);

        first.Dispose();

        second.ReadPlace().Should().Be(1);
        host.Registry.List().Single().Waiting.Should().Be(1);
    }

    [Fact]
    public async Task Nobody_overtakes_those_who_wait()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        var holder = host.Import("1-2");
        using var waiting = host.Connect();
        waiting.Ask("1-2", Extensions.Wait);
        waiting.ReadPlace().Should().Be(1);
        using var done = new CancellationTokenSource();
        var stock = Task.Run(() =>
        {
            var granted = 0;
            while (!done.IsCancellationRequested)
            {
                using var client = host.Connect();
                granted += client.Import("1-2") == OperationStatus.Ok ? 1 : 0;
            }

            return granted;
        });

        holder.Dispose();
        waiting.ReadUntilGranted();
        await done.CancelAsync();

        (await stock).Should().Be(0);
    }

    [Fact]
    public async Task A_device_that_is_no_longer_exported_is_waited_for_by_nobody()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var holder = host.Import("1-2");
        using var waiting = host.Connect();
        waiting.Ask("1-2", Extensions.Wait);
        waiting.ReadPlace();

        host.Registry.Unexport(Device, force: true);

        waiting.ReadUntilAnswered().Should().Be(OperationStatus.NoDevice);
    }

    [Fact]
    public async Task A_line_has_an_end_and_who_finds_it_full_is_refused()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var holder = host.Import("1-2");
        var line = Enumerable.Range(0, 8).Select(_ => host.Connect()).ToList();
        foreach (var client in line)
        {
            client.Ask("1-2", Extensions.Wait);
            client.ReadPlace();
        }

        using var ninth = host.Connect();
        ninth.Import("1-2", Extensions.Wait).Should().Be(OperationStatus.DeviceBusy, "8 of one address may wait");

        line.ForEach(client => client.Dispose());
        Eventually.Holds(() => host.Registry.List().Single().Waiting == 0, "the line to be empty");
    }

    [Fact]
    public async Task A_device_is_taken_over_only_where_the_export_allows_it()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var holder = host.Connect();
        holder.Import("1-2", Extensions.Reasons).Should().Be(OperationStatus.Ok);
        using var refused = host.Connect();
        refused.Import("1-2", Extensions.TakeOver | Extensions.Reasons).Should().Be(OperationStatus.DeviceBusy);
        var why = refused.ReadDetail().Reason;

        host.Registry.ChangePolicy(Device, policy => policy with { MayBeTakenOver = true });
        using var taker = host.Connect();
        taker.Ask("1-2", Extensions.TakeOver);
        taker.ReadUntilGranted();

        why.Should().Be("its host does not let clients take it over");
        Farewell.Read(holder.Read(Farewell.Size)).Should().Be(new Parting($"taken over by {taker.Socket.LocalEndPoint}"));
        holder.IsClosedByHost().Should().BeTrue();
    }

    [Fact]
    public async Task A_client_that_is_kicked_learns_why_if_it_can_and_the_log_says_it_too()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var holder = host.Connect();
        holder.Import("1-2", Extensions.Reasons).Should().Be(OperationStatus.Ok);

        var kicked = host.Registry.Kick(Device, "maintenance");

        kicked.Client.Should().Be(holder.Socket.LocalEndPoint!.ToString());
        Farewell.Read(holder.Read(Farewell.Size)).Should().Be(new Parting("ended on the host: maintenance", TimeSpan.FromMinutes(1)));
        holder.IsClosedByHost().Should().BeTrue();
        host.WaitForLog("ended, ended on the host: maintenance");
        host.WaitUntilFree("1-2");
    }

    [Fact]
    public async Task A_stock_client_that_is_kicked_sees_the_connection_close_and_nothing_else()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var holder = host.Import("1-2");

        host.Registry.Kick(Device, null);

        holder.IsClosedByHost().Should().BeTrue();
    }

    [Fact]
    public async Task A_session_that_moves_nothing_is_ended_where_its_export_says_so()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        host.Registry.ChangePolicy(Device, _ => new ExportPolicy(IdleRelease: TimeSpan.FromSeconds(1)));

        using var holder = host.Import("1-2");

        holder.IsClosedByHost().Should().BeTrue();
        host.WaitForLog("idle for 1 s");
    }
}
