using UsbIp.Host.Tests.Control;

namespace UsbIp.Host.Tests.Commands;

/// <summary>What users get wrong: each time a sentence, something to try, and an exit code.</summary>
public sealed class UserErrorTests
{
    private const string Form = "selects no device: a selector is 1-2.3, 0781:5581, serial:TEXT, port:1-2.3, class:NAME, product:\"*TEXT*\", or an alias.";
    private const string ShowsList = "usbip-host list, which shows every device";

    public static TheoryData<string, ExitCode, string, string> Errors => new()
    {
        { "", ExitCode.Usage, "Required command was not provided.", "usbip-host --help" },
        { "expert 1-2", ExitCode.Usage, "'expert' is no command of usbip-host.", "usbip-host --help, which shows those that there are" },
        { "list --jason", ExitCode.Usage, "Unrecognized command or argument '--jason'.", "usbip-host list --help" },
        {
            "attach host 1-2",
            ExitCode.Usage,
            "'attach' is a command of usbip-client: usbip-host is for the machine with the device.",
            "usbip-client attach --help, on the machine that wants the device"
        },
        { "export", ExitCode.Usage, "No device was named.", "usbip-host list, which shows the busid of every device" },
        { "export 1-2:1.0", ExitCode.Usage, $"'1-2:1.0' {Form}", ShowsList },
        {
            "export ../../etc",
            ExitCode.Usage,
            "'../../etc' names no device: a busid or an alias is 1 to 31 printable characters without spaces or slashes.",
            ShowsList
        },
        { "export nonsense!", ExitCode.Usage, "'nonsense!' names no device: it is neither a busid, such as 1-2.3, nor what an alias may be.", ShowsList },
        {
            "unexport class:disk",
            ExitCode.Usage,
            "'class:disk' names no class: it is a number such as class:08, or one of audio, communications, cdc, serial, hid, image, printer, storage, hub, smartcard, video, wireless, vendor.",
            ShowsList
        },
        { "serve --export 0781:", ExitCode.Usage, $"'0781:' {Form}", ShowsList },
        { "serve --export x", ExitCode.NotFound, "No device of this machine is 'x'.", ShowsList },
        { "status", ExitCode.NotFound, "No daemon is running.", "usbip-host serve, or usbip-host export BUSID" },
        { "unexport 1-2", ExitCode.NotFound, "No daemon is running.", "usbip-host serve, or usbip-host export BUSID" },
        { "type hello", ExitCode.NotFound, "No daemon is running.", "usbip-host serve, or usbip-host export BUSID" },
        { "serve --backend winusb", ExitCode.Usage, "'winusb' is no backend.", "--backend libusb, or --backend usbfs" },
        {
            "serve --listen 3241",
            ExitCode.Usage,
            "'3241' is no address to listen on: it has the form ADDRESS[:PORT], with an IP address or localhost.",
            "--listen 192.168.1.10, --listen [::1]:3241, or --listen 0.0.0.0 for every IPv4 address of this machine"
        },
    };

    public static TheoryData<string, ExitCode, string, string> ErrorsOfTheDaemon => new()
    {
        {
            "export 1-9", ExitCode.NotFound, "There is no device 1-9 on this machine.", "usbip-host list, which shows the devices that there are"
        },
        { "export 1-1", ExitCode.Failure, "Device 1-1 is a hub; only the devices behind it can be exported.", "usbip-host list shows them." },
        { "unexport 1-9", ExitCode.NotFound, "Device 1-9 is not exported.", "usbip-host status shows what is." },
        { "type hello --device 250-7", ExitCode.NotFound, "There is no virtual keyboard 250-7.", "usbip-host serve --virtual keyboard" },
        { "type hello", ExitCode.NotFound, "This daemon has no virtual keyboard.", "usbip-host serve --virtual keyboard" },
        {
            "export 1-2 --listen 127.0.0.1:0",
            ExitCode.AlreadyRunning,
            "A daemon is already running; --listen, --virtual and --backend are for its start.",
            "without these options, or end that daemon first"
        },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Without_a_daemon(string command, ExitCode exitCode, string text, string hint)
    {
        await using var machine = new Machine();

        var result = await machine.RunAsync(command.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        result.Should().Be(new CommandResult(exitCode, "", $"usbip-host: {text}\nTry: {hint}\n"));
    }

    [Theory]
    [MemberData(nameof(ErrorsOfTheDaemon))]
    public async Task With_a_daemon(string command, ExitCode exitCode, string text, string hint)
    {
        await using var machine = new Machine { Devices = { SampleDevices.Hub, SampleDevices.Stick } };
        machine.Serve();

        var result = await machine.RunAsync(command.Split(' '));

        result.Should().Be(new CommandResult(exitCode, "", $"usbip-host: {text}\nTry: {hint}\n"));
    }

    [Fact]
    public async Task Debug_adds_the_stack_trace()
    {
        await using var machine = new Machine();

        var result = await machine.RunAsync("status", "--debug");

        result.Error.Should().StartWith("usbip-host: No daemon is running.\nTry: ").And.Contain("   at UsbIp.Host.Commands.StatusCommand.Run");
    }

    [Fact]
    public async Task Help_says_which_side_one_is_on_and_version_names_the_protocol()
    {
        await using var machine = new Machine();

        var help = await machine.RunAsync("--help");
        var version = await machine.RunAsync("--version");

        help.ExitCode.Should().Be(ExitCode.Success);
        help.Output.Should().Contain("the machine with the device").And.Contain("usbip-client attach").And.Contain("Examples:").And.Contain("Exit codes:");
        version.Output.Should().MatchRegex(@"^usbip-host [0-9.]+ \(USB/IP 1\.1\.1\)\n$");
    }
}
