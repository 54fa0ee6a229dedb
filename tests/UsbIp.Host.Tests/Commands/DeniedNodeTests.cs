using System.Text.Json;
using UsbIp.Host.Tests.Control;

namespace UsbIp.Host.Tests.Commands;

/// <summary>A rule exports what the daemon, which is not root, may not open: whoever looks is told, and told what lets it.</summary>
public sealed class DeniedNodeTests : IAsyncDisposable
{
    private readonly Machine _machine = new() { DaemonIsRoot = false, MayWrite = _ => false };

    public ValueTask DisposeAsync() => _machine.DisposeAsync();

    [Theory]
    [InlineData("status")]
    [InlineData("list")]
    public async Task List_and_status_name_the_device_its_node_and_the_command_that_grants_it(string command)
    {
        var node = await ServeByClassAsync();

        var denied = await _machine.RunAsync(command);
        _machine.MayWrite = _ => true;
        var granted = await _machine.RunAsync(command);

        denied.Output.Should().Contain("  exported, but the daemon may not open it\n");
        denied.Error.Should().Be(
            $"usbip-host: clients are refused 1-2 \"SanDisk Ultra\" (0781:5581), for the daemon's user may not read and write {node}. "
            + "Try: sudo usbip-host access grant serial:4C530001\n");
        granted.Output.Should().Contain("  exported\n");
        granted.Error.Should().BeEmpty();
    }

    [Fact]
    public async Task Rule_check_says_that_clients_are_refused_what_is_exported()
    {
        var node = await ServeByClassAsync();

        var exported = await _machine.RunAsync("rule", "check", "1-2");
        await _machine.RunAsync("rule", "add", "deny", "1-2", "--from", "10.0.0.1");
        var denied = await _machine.RunAsync("rule", "check", "1-2", "--from", "10.0.0.1");

        exported.Output.Should().Be(
            "1-2 \"SanDisk Ultra\" (0781:5581) is exported: rule 1 says: allow \"class:storage\". "
            + $"Clients are refused it all the same, for the daemon's user may not read and write {node}.\n"
            + "Try: sudo usbip-host access grant serial:4C530001\n");
        denied.Output.Should().NotContain(node, "that client would not get it anyway");
    }

    [Fact]
    public async Task Programs_are_told_the_node()
    {
        var node = await ServeByClassAsync();

        var status = await _machine.RunAsync("status", "--json");
        var check = await _machine.RunAsync("rule", "check", "1-2", "--json");

        JsonDocument.Parse(status.Output).RootElement.GetProperty("devices")[0].GetProperty("deniedNode").GetString().Should().Be(node);
        JsonDocument.Parse(check.Output).RootElement.GetProperty("devices")[0].GetProperty("device").GetProperty("deniedNode").GetString().Should().Be(node);
    }

    [Theory]
    [InlineData(null, "0781:5581")]
    [InlineData("4C 53", "0781:5581")]
    [InlineData("$(reboot)", "0781:5581")]
    [InlineData("a-B_1.2", "serial:a-B_1.2")]
    public async Task What_is_to_be_granted_is_named_in_words_that_shell_and_udev_take_as_they_are(string? serial, string selector)
    {
        await ServeByClassAsync(serial);

        (await _machine.RunAsync("status")).Error.Should().EndWith($" Try: sudo usbip-host access grant {selector}\n");
    }

    [Fact]
    public async Task What_is_not_exported_is_nobodys_trouble()
    {
        _machine.Devices.Add(SampleDevices.Stick);
        _machine.MakeNode(SampleDevices.Stick);
        _machine.Serve();

        var list = await _machine.RunAsync("list");

        list.Output.Should().EndWith("usb-storage\n");
        list.Error.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_kept_for_later_by_words_that_udev_does_not_know_is_remarked_at_once()
    {
        _machine.Serve();

        var kept = await _machine.RunAsync("export", "class:storage", "--keep");

        kept.Output.Should().Be("kept for when it is plugged in: allow \"class:storage\"\n");
        kept.Error.Should().Be("usbip-host: the service, which is not root, may not open what 'class:storage' selects, for which udev has no words: usbip-host access grant\n");
    }

    /// <summary>Has a rule export the stick; returns its node.</summary>
    private async Task<string> ServeByClassAsync(string? serial = "4C530001")
    {
        var stick = SampleDevices.Stick with { SerialNumber = serial };
        _machine.Devices.Add(stick);
        await _machine.RunAsync("rule", "add", "allow", "class:storage");
        _machine.Serve();
        return _machine.MakeNode(stick);
    }
}
