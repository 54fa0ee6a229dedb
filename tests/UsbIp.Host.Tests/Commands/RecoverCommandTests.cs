using UsbIp.Host.Tests.Control;

namespace UsbIp.Host.Tests.Commands;

public sealed class RecoverCommandTests
{
    [Theory]
    [InlineData(0, "Nothing was left without its driver.\n")]
    [InlineData(1, "gave 1 interface back to its driver\n")]
    [InlineData(3, "gave 3 interfaces back to their drivers\n")]
    public async Task What_was_given_back_is_said_and_nothing_to_do_is_no_error(int interfaces, string said)
    {
        await using var machine = new Machine { Unrecovered = interfaces };

        var result = await machine.RunAsync("recover");

        result.Should().Be(new CommandResult(ExitCode.Success, said, ""));
    }
}
