using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using UsbIp.Client.Persist;
using UsbIp.Client.Vhci;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Persist;

[SuppressMessage("Interoperability", "CA1416", Justification = "The client runs where there is a vhci_hcd: on Linux.")]
public sealed class KeptAttachmentTests : IDisposable
{
    private readonly KeepingRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_device_that_vanishes_and_returns_is_attached_again_each_time_until_it_is_detached()
    {
        using var host = _rig.Serve();
        _rig.Keep(host.Address);
        for (var round = 0; round < 20; round++)
        {
            _rig.NextIsAttached();
            _rig.Unplug();
            _rig.Next().WaitsFor.Should().NotBeNullOrEmpty();
        }

        _rig.NextIsAttached();
        _rig.Machine.Run("detach", "2").Should().Be(ExitCode.Success);

        (await _rig.End).Should().Be(ExitCode.Success);
        _rig.Machine.Kernel.Attached.Should().HaveCount(21);
        Directory.EnumerateFiles(_rig.Machine.Kernel.RecordDirectory).Should().BeEmpty();
    }

    [Fact]
    public void What_the_host_took_away_on_purpose_is_left_alone_for_as_long_as_it_asks()
    {
        using var host = _rig.Serve();
        _rig.Keep(host.Address);
        _rig.NextIsAttached();
        var taken = _rig.Time.GetTimestamp();

        _rig.TakeBack(new Parting("ended on the host: lunch", TimeSpan.FromMinutes(1)));
        _rig.Next().WaitsFor.Should().Be("The host ended the session: ended on the host: lunch.");
        _rig.NextIsAttached(step: 1);

        _rig.Time.GetElapsedTime(taken).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_host_that_is_absent_at_the_start_and_comes_later_is_waited_for()
    {
        var gone = _rig.Serve();
        var address = gone.Address;
        gone.Dispose();

        _rig.Keep(address);
        var waiting = _rig.Next();
        using var host = _rig.Serve(address.Port);
        while (_rig.Next() is { Port: null })
        {
            // It still refuses.
        }

        await _rig.StopAsync();

        waiting.WaitsFor.Should().Contain("refuses connections");
        (await _rig.End).Should().Be(ExitCode.Success);
        _rig.Machine.Kernel.Driver.ReadPort(2).IsFree.Should().BeTrue();
    }

    [Fact]
    public async Task A_device_that_the_host_does_not_export_is_waited_for_until_the_wait_is_ended()
    {
        using var host = _rig.Serve(isPlugged: false);

        _rig.Keep(host.Address);
        _rig.Next().WaitsFor.Should().Contain("exports no device 2-1");
        await _rig.StopAsync();

        (await _rig.End).Should().Be(ExitCode.Success);
        KeptStates.Read(_rig.Machine.Kernel.Records).Should().BeEmpty();
    }

    [Fact]
    public void Without_the_right_to_attach_there_is_nothing_to_wait_for()
    {
        using var host = _rig.Serve();
        _rig.Machine.Kernel.Refusal = new UnauthorizedAccessException();

        var keep = () => _rig.Attachment(host.Address).Run(CancellationToken.None);

        keep.Should().Throw<CommandException>().Which.ExitCode.Should().Be(ExitCode.Permission);
        Directory.Exists(_rig.Machine.Kernel.RecordDirectory).Should().BeFalse();
    }

    [Fact]
    public void A_device_is_kept_by_one_process_only()
    {
        using var host = _rig.Serve();
        _rig.Keep(host.Address);
        _rig.NextIsAttached();

        var keep = () => _rig.Attachment(host.Address).Run(CancellationToken.None);

        var refusal = keep.Should().Throw<CommandException>().Which;
        refusal.ExitCode.Should().Be(ExitCode.AlreadyRunning);
        refusal.Message.Should().Be($"2-1 of {host.Address} is kept attached already, by process {Environment.ProcessId}.");
    }

    [Fact]
    public void Port_shows_what_is_kept_and_what_it_waits_for()
    {
        using var host = _rig.Serve();
        _rig.Keep(host.Address);
        _rig.NextIsAttached();
        _rig.Machine.Run("port").Should().Be(ExitCode.Success);
        var attached = TakeResult();
        _rig.Unplug();
        var reason = _rig.Next().WaitsFor;

        _rig.Machine.Run("port").Should().Be(ExitCode.Success);
        _rig.Machine.Run("port", "--json").Should().Be(ExitCode.Success);

        attached.Should().Contain("Port 02: <Port in Use>").And.EndWith($"           -> kept attached by process {Environment.ProcessId}\n");
        TakeResult().Should().Contain($"Kept: usbip://{host.Address}/2-1\n           -> waiting since ").And.Contain(reason)
            .And.Contain("\"kept\":[{\"processId\":").And.Contain("\"port\":null,\"waitsFor\":\"");
    }

    [Theory]
    [InlineData("detach pi serial:4C53")]
    [InlineData("detach --all")]
    public void A_device_that_is_waited_for_can_be_let_go_of(string command)
    {
        using var keeper = Process.Start("sleep", "60");
        using var file = KeptFile.Create(_rig.Machine.Kernel.Records);
        file.Write(new KeptState(keeper.Id, "pi:3240", "serial:4C53", null, null, "pi:3240 refuses connections.", DateTimeOffset.UnixEpoch));

        _rig.Machine.Run(command.Split(' ')).Should().Be(ExitCode.Success);

        keeper.WaitForExit(TimeSpan.FromSeconds(30)).Should().BeTrue();
        TakeResult().Should().Be("serial:4C53 of pi:3240 is kept no longer\n");
    }

    [Fact]
    public void A_device_can_be_detached_by_its_host_and_busid()
    {
        _rig.Machine.Kernel.Occupy(2, "6 005 00020003 5-1");
        _rig.Machine.Kernel.Records.Write(2, new AttachmentRecord("pi", "3240", "2-1"));

        _rig.Machine.Run("detach", "pi", "2-1").Should().Be(ExitCode.Success);
        _rig.Machine.Run("detach", "pi", "2-1").Should().Be(ExitCode.NotFound);

        TakeResult().Should().Be("detached port 02\n");
        _rig.Machine.Remarks.ToString().Should().StartWith("usbip-client: 2-1 of pi:3240 is neither attached nor kept here.\n");
    }

    [Theory]
    [InlineData("0781:5581")]
    [InlineData("port:2-1")]
    [InlineData("class:storage")]
    [InlineData("serial:4c530001")]
    [InlineData("product:Fake*")]
    public void A_device_can_be_detached_by_what_it_is_without_its_host(string selector)
    {
        _rig.Machine.Kernel.Plug("5-1", interfaceClass: "08");
        File.WriteAllText(Path.Combine(_rig.Machine.Kernel.Sysfs, "bus/usb/devices/5-1/serial"), "4C530001\n");
        _rig.Machine.Kernel.Occupy(2, "6 005 00020003 5-1");
        _rig.Machine.Kernel.Records.Write(2, new AttachmentRecord("pi", "3240", "2-1"));

        _rig.Machine.Run("detach", "pie", selector).Should().Be(ExitCode.NotFound, "that is another host");
        _rig.Machine.Run("detach", "pi", selector).Should().Be(ExitCode.Success);

        TakeResult().Should().Be("detached port 02\n");
    }

    [Fact]
    public void Of_two_devices_of_a_kind_none_is_detached()
    {
        foreach (var port in new[] { 0, 1 })
        {
            _rig.Machine.Kernel.Plug($"5-{port + 1}");
            _rig.Machine.Kernel.Occupy(port, $"6 003 0002000{port + 3} 5-{port + 1}");
            _rig.Machine.Kernel.Records.Write(port, new AttachmentRecord("pi", "3240", $"2-{port + 1}"));
        }

        _rig.Machine.Run("detach", "pi", "0781:5581").Should().Be(ExitCode.Usage);

        _rig.Machine.Remarks.ToString().Should().StartWith("usbip-client: 2 devices are '0781:5581': 2-1 (0781:5581 Fake device); 2-2 (");
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_by_the_next_one()
    {
        _rig.Machine.Kernel.Records.MakeDirectory();
        foreach (var ending in new[] { "", ".new", ".lock" })
        {
            File.WriteAllText(Path.Combine(_rig.Machine.Kernel.RecordDirectory, "kept-1-0.json" + ending), "");
        }

        using var living = KeptFile.Create(_rig.Machine.Kernel.Records);
        using var next = KeptFile.Create(_rig.Machine.Kernel.Records);

        Directory.EnumerateFiles(_rig.Machine.Kernel.RecordDirectory).Should().HaveCount(2, "each of the two that live has its lock")
            .And.NotContain(path => path.Contains("kept-1-0", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_killed_process_left_is_not_believed()
    {
        _rig.Machine.Kernel.Records.MakeDirectory();
        File.WriteAllText(
            Path.Combine(_rig.Machine.Kernel.RecordDirectory, "kept-1-0.json"),
            """{"processId":1,"host":"pi:3240","device":"1-2","remoteBusId":null,"port":null,"waitsFor":"x","since":"2026-01-01T00:00:00+00:00"}""");

        KeptStates.Read(_rig.Machine.Kernel.Records).Should().BeEmpty();
    }

    private string TakeResult()
    {
        var text = _rig.Machine.Result.ToString();
        _rig.Machine.Result.GetStringBuilder().Clear();
        return text;
    }
}
