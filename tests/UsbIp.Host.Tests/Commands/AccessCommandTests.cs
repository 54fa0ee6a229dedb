using UsbIp.Host.Tests.Control;

namespace UsbIp.Host.Tests.Commands;

public sealed class AccessCommandTests
{
    [Theory]
    [InlineData("0781:558A", "ATTR{idVendor}==\"0781\", ATTR{idProduct}==\"558a\"")]
    [InlineData("serial:4C530001", "ATTR{serial}==\"4[cC]530001\"")]
    [InlineData("1-2.3", "KERNEL==\"1-2.3\"")]
    [InlineData("port:1-2.3", "KERNEL==\"1-2.3\"")]
    [InlineData("\"1-2.3\"", "KERNEL==\"1-2.3\"")]
    [InlineData("product:*Ultra*", "ATTR{product}==\"*[uU][lL][tT][rR][aA]*\"")]
    public async Task A_device_is_granted_in_the_words_of_udev_which_is_told_at_once(string selector, string match)
    {
        await using var machine = new Machine();

        var result = await machine.RunAsync("access", "grant", selector);

        result.Should().Be(new CommandResult(ExitCode.Success, $"granted {selector}\n", ""));
        machine.UdevRules[1..].Should().Equal($"{match}, SUBSYSTEM==\"usb\", ENV{{DEVTYPE}}==\"usb_device\", ENV{{USBIP_HOST}}=\"1\", ENV{{USBIP_HOST_GRANT}}=\"{selector.Trim('"')}\"");
        machine.UdevApplied.Should().Be(1);
    }

    [Fact]
    public async Task What_is_granted_is_listed_until_it_is_revoked_and_other_lines_stay()
    {
        await using var machine = new Machine { UdevRules = ["# mine", "ATTR{serial}==\"7\", MODE=\"0666\""] };
        await machine.RunAsync("access", "grant", "0781:5581", "1-2");
        await machine.RunAsync("access", "grant", "1-2");

        var before = await machine.RunAsync("access", "list");
        await machine.RunAsync("access", "revoke", "0781:5581");
        var after = await machine.RunAsync("access", "list");

        before.Output.Should().Be("0781:5581\n1-2\n");
        after.Output.Should().Be("1-2\n");
        machine.UdevRules.Should().StartWith("# mine").And.HaveCount(3);
    }

    [Theory]
    [InlineData("scanner")]
    [InlineData("class:hid")]
    [InlineData("serial:A*")]
    [InlineData("serial:A\", RUN+=\"/bin/sh")]
    [InlineData("serial:AB\"")]
    [InlineData("product:%c{1}")]
    [InlineData("product:A|*")]
    [InlineData("product:[A-Z]*")]
    public async Task What_udev_would_take_for_something_else_is_not_granted(string selector)
    {
        await using var machine = new Machine();

        var result = await machine.RunAsync("access", "grant", selector);

        result.ExitCode.Should().Be(ExitCode.Usage);
        machine.UdevRules.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_not_granted_cannot_be_revoked()
    {
        await using var machine = new Machine();

        var result = await machine.RunAsync("access", "revoke", "1-2");

        result.Should().Be(new CommandResult(ExitCode.NotFound, "", "usbip-host: '1-2' is not granted.\nTry: usbip-host access list, which shows what is\n"));
    }

    [Fact]
    public async Task Grants_of_several_commands_at_once_are_all_kept()
    {
        await using var machine = new Machine();
        var ports = Enumerable.Range(1, 8).Select(port => $"1-{port}").ToArray();

        await Task.WhenAll(ports.Select(port => Task.Run(() => machine.RunAsync("access", "grant", port))));

        (await machine.RunAsync("access", "list")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().BeEquivalentTo(ports);
    }
}
