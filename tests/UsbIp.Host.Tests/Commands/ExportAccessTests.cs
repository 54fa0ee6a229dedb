using UsbIp.Host.Tests.Control;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Commands;

/// <summary>A service that is not root may open what root exports, as long as it is exported.</summary>
public sealed class ExportAccessTests : IAsyncDisposable
{
    private readonly Machine _machine = new() { Devices = { SampleDevices.Stick, SampleDevices.Keyboard }, DaemonIsRoot = false };

    public ValueTask DisposeAsync() => _machine.DisposeAsync();

    [Theory]
    [InlineData("1-2")]
    [InlineData("port:1-2")]
    [InlineData("0781:5581")]
    [InlineData("product:*Ultra*")]
    [InlineData("class:storage")]
    public async Task What_root_exports_the_service_may_open_until_root_takes_it_back(string selector)
    {
        _machine.Serve();

        (await _machine.RunAsync("export", selector)).ExitCode.Should().Be(ExitCode.Success);
        var exported = await GrantedAsync();
        (await _machine.RunAsync("unexport", "1-2")).ExitCode.Should().Be(ExitCode.Success);

        exported.Should().Be("1-2 (for an export)\n");
        (await GrantedAsync()).Should().BeEmpty();
        _machine.UdevApplied.Should().Be(2);
    }

    [Fact]
    public async Task The_device_that_is_there_is_granted_and_not_what_is_plugged_in_there_next()
    {
        _machine.Serve();

        await _machine.RunAsync("export", "1-2");

        _machine.UdevRulesOfExports[^1].Should().StartWith("KERNEL==\"1-2\", ATTR{idVendor}==\"0781\", ATTR{idProduct}==\"5581\", ATTR{serial}==\"");
    }

    [Fact]
    public async Task What_was_unplugged_is_taken_back_as_well()
    {
        _machine.Serve();
        await _machine.RunAsync("export", "1-2");

        _machine.Devices.Clear();
        await _machine.RunAsync("unexport", "1-2");

        (await GrantedAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task One_of_two_devices_that_nothing_tells_apart_is_granted_by_where_it_is()
    {
        _machine.Devices.Add(SampleDevices.Stick with { BusId = BusId.Parse("1-3"), SerialNumber = null });
        _machine.Devices.Add(SampleDevices.Stick with { BusId = BusId.Parse("1-4"), SerialNumber = null });
        _machine.Serve();

        await _machine.RunAsync("export", "1-4");

        _machine.UdevRulesOfExports[^1].Should().StartWith("KERNEL==\"1-4\", ATTR{idVendor}==\"0781\", ATTR{idProduct}==\"5581\", SUBSYSTEM");
    }

    [Fact]
    public async Task When_the_service_starts_anew_what_exports_by_hand_were_granted_is_taken_back_and_the_rest_stays()
    {
        _machine.Serve();
        await _machine.RunAsync("export", "1-2");
        await _machine.RunAsync("rule", "add", "allow", "0781:5581");

        (await _machine.RunAsync("access", "reset")).ExitCode.Should().Be(ExitCode.Success);

        (await GrantedAsync()).Should().Be("0781:5581 (for an export)\n");
    }

    [Theory]
    [InlineData("0781:5581", "--from", "nowhere")]
    [InlineData("scanner")]
    public async Task A_rule_that_is_refused_grants_nothing(params string[] rule)
    {
        _machine.Serve();

        (await _machine.RunAsync(["rule", "add", "allow", .. rule])).ExitCode.Should().NotBe(ExitCode.Success);

        (await GrantedAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_rule_that_somebody_else_has_made_is_granted_when_root_makes_it_again()
    {
        _machine.Serve();
        await _machine.RunAsync("rule", "add", "allow", "0781:5581");
        await _machine.RunAsync("access", "revoke", "0781:5581");

        (await _machine.RunAsync("rule", "add", "allow", "0781:5581")).ExitCode.Should().Be(ExitCode.AlreadyRunning);

        (await GrantedAsync()).Should().Be("0781:5581 (for an export)\n");
    }

    [Fact]
    public async Task What_was_granted_before_stays_granted()
    {
        _machine.Serve();
        await _machine.RunAsync("access", "grant", "1-2");

        await _machine.RunAsync("export", "1-2");
        await _machine.RunAsync("unexport", "1-2");

        (await GrantedAsync()).Should().Be("1-2\n");
    }

    [Fact]
    public async Task An_export_that_fails_grants_nothing()
    {
        _machine.Serve();

        (await _machine.RunAsync("export", "9-9")).ExitCode.Should().Be(ExitCode.NotFound);

        (await GrantedAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_rule_keeps_stays_until_the_rule_is_removed()
    {
        _machine.Serve();
        await _machine.RunAsync("export", "1-2", "--keep");
        await _machine.RunAsync("unexport", "1-2");
        var afterUnexport = await GrantedAsync();

        await _machine.RunAsync("rule", "remove", "1");

        afterUnexport.Should().Be($"serial:{SampleDevices.Stick.SerialNumber} (for an export)\n", "the rule follows the device to other ports");
        (await GrantedAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_rule_of_root_grants_what_it_allows_and_one_that_denies_grants_nothing()
    {
        _machine.Serve();

        await _machine.RunAsync("rule", "add", "allow", "0781:5581");
        await _machine.RunAsync("rule", "add", "deny", "1-1");

        (await GrantedAsync()).Should().Be("0781:5581 (for an export)\n");
    }

    [Fact]
    public async Task A_daemon_that_is_root_needs_no_grant()
    {
        _machine.DaemonIsRoot = true;
        _machine.Serve();

        await _machine.RunAsync("export", "1-2");

        (await GrantedAsync()).Should().BeEmpty();
        _machine.UdevApplied.Should().Be(0);
    }

    [Fact]
    public async Task What_was_exported_before_a_restart_can_still_be_taken_back()
    {
        _machine.Serve();
        await _machine.RunAsync("export", "0781:5581");
        await _machine.RunAsync("rule", "add", "allow", "product:\"*Ultra*\"");

        (await _machine.RunAsync("access", "revoke", "1-2")).ExitCode.Should().Be(ExitCode.Success);
        var left = await GrantedAsync();
        (await _machine.RunAsync("access", "revoke", "product:\"*Ultra*\"")).ExitCode.Should().Be(ExitCode.Success);

        left.Should().Be("product:*Ultra* (for an export)\n");
        (await GrantedAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Without_a_daemon_a_rule_of_root_is_for_the_service()
    {
        await _machine.RunAsync("rule", "add", "allow", "0781:5581");
        var added = await GrantedAsync();
        await _machine.RunAsync("rule", "remove", "1");

        added.Should().Be("0781:5581 (for an export)\n");
        (await GrantedAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_rule_that_udev_cannot_be_told_of_says_what_is_missing()
    {
        _machine.Serve();

        var result = await _machine.RunAsync("rule", "add", "allow", "class:storage");

        result.Error.Should().Be("usbip-host: the service, which is not root, may not open what 'class:storage' selects, for which udev has no words: usbip-host access grant\n");
    }

    [Fact]
    public async Task An_alias_is_the_services_own_word_and_left_to_access_grant()
    {
        _machine.Serve();
        await _machine.RunAsync("alias", "scanner", "04b8:0110");

        var result = await _machine.RunAsync("export", "scanner", "--keep");

        result.ExitCode.Should().Be(ExitCode.Success);
        result.Error.Should().Be("usbip-host: the service, which is not root, may not open what 'scanner' selects, for which udev has no words: usbip-host access grant\n");
        (await GrantedAsync()).Should().BeEmpty();
    }

    private async Task<string> GrantedAsync() => (await _machine.RunAsync("access", "list")).Output;
}
