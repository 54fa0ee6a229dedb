using UsbIp.Host.Tests.Control;

namespace UsbIp.Host.Tests.Commands;

/// <summary>What rules never export, whatever they say: nobody is promised it.</summary>
public sealed class NeverExportedTests : IAsyncDisposable
{
    private readonly Machine _machine = new() { Devices = { SampleDevices.Hub, SampleDevices.Stick with { IsRemote = true } } };

    public ValueTask DisposeAsync() => _machine.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Check_says_of_a_hub_and_of_an_attached_device_that_no_rule_exports_them_and_why(bool isServing)
    {
        await _machine.RunAsync("rule", "add", "allow", "1-1");
        await _machine.RunAsync("rule", "add", "allow", "1-2");
        if (isServing)
        {
            _machine.Serve();
        }

        var hub = await _machine.RunAsync("rule", "check", "1-1");
        var attached = await _machine.RunAsync("rule", "check", "1-2");
        var client = await _machine.RunAsync("rule", "check", "1-2", "--from", "192.168.1.7");
        var json = await _machine.RunAsync("rule", "check", "1-1", "--json");
        var list = await _machine.RunAsync("list", "--all");

        hub.Output.Should().EndWith("(1d6b:0002) is not exported: it is a hub, and only the devices behind it can be exported.\n");
        attached.Output.Should().EndWith("(0781:5581) is not exported: it is itself attached over USB/IP, and exporting it again would make a loop.\n");
        client.Output.Should().Contain("may not be attached by 192.168.1.7: it is itself attached over USB/IP");
        json.Output.Should().Contain("\"verdict\": \"notServable\"").And.Contain("\"rule\": null").And.Contain("\"exported\": false");
        list.Output.Should().NotContain(" exported\n", "check says what happens");
    }

    [Theory]
    [InlineData("class:hid", "'class:hid' exports nothing, also later: an input device has to be named by a busid, port:, serial: or VENDOR:PRODUCT.")]
    [InlineData("class:03", "'class:03' exports nothing, also later: an input device has to be named by a busid, port:, serial: or VENDOR:PRODUCT.")]
    [InlineData("class:hub", "'class:hub' exports nothing, also later: a hub is never exported, only the devices behind it are.")]
    public async Task What_no_rule_could_ever_export_is_not_kept_for_later(string selector, string sentence)
    {
        _machine.Devices.Clear();
        _machine.Serve();

        var kept = await _machine.RunAsync("export", selector, "--keep");
        var added = await _machine.RunAsync("rule", "add", "allow", selector);

        kept.Should().Be(new CommandResult(
            ExitCode.Usage, "", $"usbip-host: {sentence}\nTry: usbip-host export BUSID --keep, or its serial: or VENDOR:PRODUCT\n"));
        added.ExitCode.Should().Be(ExitCode.Success, "it is not wrong, it does nothing");
        added.Error.Should().StartWith("usbip-host: it exports nothing: ");
    }
}
