using UsbIp.Host.Tests.Control;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Commands;

public sealed class StateCommandTests
{
    [Fact]
    public async Task Programs_for_usbipd_win_find_its_fields_with_its_values()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, SampleDevices.Hub } };
        machine.Serve("--export", "1-2");
        using var client = new RawClient(machine.Endpoint);
        client.Import("1-2");

        var state = await machine.RunAsync("state", "--format", "usbipd-win");

        state.ExitCode.Should().Be(ExitCode.Success);
        state.Output.ReplaceLineEndings("\n").Should().Be("""
            {
              "Devices": [
                {
                  "BusId": "1-2",
                  "ClientIPAddress": "127.0.0.1",
                  "Description": "SanDisk Ultra",
                  "InstanceId": "USB\\VID_0781\u0026PID_5581\\4C530001",
                  "IsForced": false,
                  "PersistedGuid": "add12b7e-ed50-86c2-9f98-211a2e378eed",
                  "StubInstanceId": "USB\\Vid_80EE\u0026Pid_CAFE\\4C530001"
                }
              ]
            }

            """);
    }

    [Fact]
    public async Task What_is_not_exported_is_not_bound_and_not_attached()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve();

        var state = await machine.RunAsync("state", "--format", "usbipd-win");

        state.Output.Should().Contain("\"ClientIPAddress\": null").And.Contain("\"PersistedGuid\": null").And.Contain("\"StubInstanceId\": null");
    }

    [Fact]
    public async Task Without_a_format_it_is_the_list()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve();

        var state = await machine.RunAsync("state");
        var list = await machine.RunAsync("list", "--json");

        state.Should().Be(list);
    }

    [Fact]
    public async Task Another_format_is_refused()
    {
        await using var machine = new Machine();

        var result = await machine.RunAsync("state", "--format", "xml");

        result.Should().Be(new CommandResult(ExitCode.Usage, "", "usbip-host: 'xml' is no format.\nTry: --format usbip-host, or --format usbipd-win\n"));
    }
}
