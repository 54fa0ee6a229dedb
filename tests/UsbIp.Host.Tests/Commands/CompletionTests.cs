using UsbIp.Host.Tests.Control;

namespace UsbIp.Host.Tests.Commands;

/// <summary>What a shell offers: the program is asked with the line so far.</summary>
public sealed class CompletionTests
{
    [Fact]
    public async Task Where_a_device_is_named_the_devices_of_this_machine_are_offered()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve("--virtual", "zero");

        var offered = await SuggestAsync(machine, "export ");

        offered.Should().Contain("250-1").And.Contain(SampleDevices.Stick.BusId.ToString());
    }

    [Fact]
    public async Task The_help_has_the_word_for_a_device_and_looks_for_none()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };

        var result = await machine.RunAsync("export", "--help");

        result.Output.Should().Contain("<DEVICE>").And.NotContain($"<{SampleDevices.Stick.BusId}");
    }

    [Fact]
    public async Task They_are_offered_without_a_daemon_too()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };

        var offered = await SuggestAsync(machine, "serve --export ");

        offered.Should().Contain(SampleDevices.Stick.BusId.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Aliases_are_offered_with_the_devices_and_where_one_is_named(bool isServing)
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        await machine.RunAsync("alias", "backup", "serial:4C530001");
        await machine.RunAsync("alias", "absent", "serial:OTHER");
        if (isServing)
        {
            machine.Serve();
        }

        (await SuggestAsync(machine, "export ")).Should().Contain("backup").And.Contain("1-2").And.NotContain("absent");
        (await SuggestAsync(machine, "alias --remove ")).Should().Contain("backup").And.Contain("absent");
    }

    [Fact]
    public async Task Where_devices_cannot_be_reached_nothing_is_offered_and_nothing_is_said()
    {
        await using var machine = new Machine { BackendFailure = new UsbIp.Devices.UsbException(UsbIp.Devices.UsbFailure.BackendMissing, "There is no USB.") };

        var result = await RunAsync(machine, "access grant ");

        result.Error.Should().BeEmpty();
        result.ExitCode.Should().Be(ExitCode.Success);
    }

    [Fact]
    public async Task Commands_and_options_come_from_the_grammar()
    {
        await using var machine = new Machine();

        (await SuggestAsync(machine, "une")).Should().Equal("unexport");
        (await SuggestAsync(machine, "status --j")).Should().Equal("--json");
    }

    private static async Task<string[]> SuggestAsync(Machine machine, string line) =>
        (await RunAsync(machine, line)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Task<CommandResult> RunAsync(Machine machine, string line)
    {
        var whole = $"--control {machine.ControlPath} --config {machine.ConfigurationPath} {line}";
        return machine.RunAsync($"[suggest:{whole.Length}]", whole);
    }
}
