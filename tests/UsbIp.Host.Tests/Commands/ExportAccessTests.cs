using UsbIp.Host.Tests.Control;

namespace UsbIp.Host.Tests.Commands;

/// <summary>A service that is not root may open what root exports, as long as it is exported.</summary>
public sealed class ExportAccessTests : IAsyncDisposable
{
    private readonly Machine _machine = new() { Devices = { SampleDevices.Stick, SampleDevices.Keyboard }, DaemonIsRoot = false };

    public ValueTask DisposeAsync() => _machine.DisposeAsync();

    [Theory]
    [InlineData("1-2", null)]
    [InlineData("port:1-2", "port:1-2")]
    [InlineData("0781:5581", "0781:5581")]
    [InlineData("product:*Ultra*", "product:*Ultra*")]
    public async Task What_root_exports_the_service_may_open_until_root_takes_it_back(string selector, string? granted)
    {
        _machine.Serve();

        (await _machine.RunAsync("export", selector)).ExitCode.Should().Be(ExitCode.Success);
        var exported = await GrantedAsync();
        (await _machine.RunAsync("unexport", "1-2")).ExitCode.Should().Be(ExitCode.Success);

        exported.Should().Be($"{granted ?? $"serial:{SampleDevices.Stick.SerialNumber}"} (for an export)\n", "a busid means the device that is there");
        (await GrantedAsync()).Should().BeEmpty();
        _machine.UdevApplied.Should().Be(2);
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
        await _machine.RunAsync("export", "1-10.4", "--force");

        (await _machine.RunAsync("access", "revoke", "0781:5581")).ExitCode.Should().Be(ExitCode.Success);

        (await GrantedAsync()).Should().NotContain("0781:5581").And.Contain("(for an export)");
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
    public async Task What_udev_has_no_words_for_is_left_to_access_grant()
    {
        _machine.Serve();

        (await _machine.RunAsync("export", "class:storage")).ExitCode.Should().Be(ExitCode.Success);

        (await GrantedAsync()).Should().BeEmpty();
    }

    private async Task<string> GrantedAsync() => (await _machine.RunAsync("access", "list")).Output;
}
