using System.Text.Json;
using UsbIp.Host.Tests.Control;
using UsbIp.Host.Tests.Session;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Commands;

/// <summary>--json of the commands that change something; docs/json.md has every property.</summary>
public sealed class DeedsInJsonTests
{
    [Fact]
    public async Task Export_and_unexport_say_what_became_of_each_device()
    {
        await using var machine = Serving();

        var exported = await RunAsync(machine, "export", "serial:4C530001", "--json");
        var again = await RunAsync(machine, "export", "1-2", "--keep", "--json");
        var unexported = await RunAsync(machine, "unexport", "1-2", "--json");

        var first = exported.GetProperty("devices").EnumerateArray().Should().ContainSingle().Which;
        first.GetProperty("selector").GetString().Should().Be("serial:4C530001");
        first.GetProperty("changed").GetBoolean().Should().BeTrue();
        first.GetProperty("device").GetProperty("busId").GetString().Should().Be("1-2");
        first.GetProperty("rule").ValueKind.Should().Be(JsonValueKind.Null);
        again.GetProperty("devices")[0].GetProperty("changed").GetBoolean().Should().BeFalse();
        again.GetProperty("devices")[0].GetProperty("rule").GetString().Should().NotBeEmpty();
        unexported.GetProperty("devices")[0].GetProperty("device").GetProperty("exported").GetBoolean().Should().BeFalse();
    }

    [Fact]
    public async Task What_was_done_before_an_error_is_printed_too()
    {
        await using var machine = Serving();

        var result = await machine.RunAsync("export", "1-2", "9-9", "--json");

        result.ExitCode.Should().Be(ExitCode.NotFound);
        result.Error.Should().Contain("9-9");
        JsonDocument.Parse(result.Output).RootElement.GetProperty("devices").GetArrayLength().Should().Be(1);
        (await machine.RunAsync("export", "9-9", "--json")).Output.Should().BeEmpty("nothing was done");
    }

    [Fact]
    public async Task Kick_says_who_had_the_device()
    {
        await using var machine = Serving("--export", "1-2");
        using var holder = new RawClient(machine.Endpoint);
        holder.Import("1-2");

        var kicked = (await RunAsync(machine, "kick", "1-2", "--json")).GetProperty("kicked")[0];

        kicked.GetProperty("busId").GetString().Should().Be("1-2");
        kicked.GetProperty("client").GetString().Should().Be($"{holder.Socket.LocalEndPoint}");
    }

    [Fact]
    public async Task What_changes_the_configuration_prints_what_holds_after_it()
    {
        await using var machine = Serving();

        var named = await RunAsync(machine, "alias", "stick", "serial:4C530001", "--json");
        var added = await RunAsync(machine, "rule", "add", "allow", "stick", "--json");
        var reloaded = await RunAsync(machine, "reload", "--json");
        var removed = await RunAsync(machine, "rule", "remove", "1", "--json");
        var forgotten = await RunAsync(machine, "alias", "stick", "--remove", "--json");

        named.GetProperty("aliases")[0].GetProperty("name").GetString().Should().Be("stick");
        added.GetProperty("rules")[0].GetProperty("device").GetString().Should().Be("stick");
        reloaded.GetProperty("rules").GetArrayLength().Should().Be(1);
        removed.GetProperty("rules").GetArrayLength().Should().Be(0);
        forgotten.GetProperty("aliases").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Access_prints_what_is_granted_after_it()
    {
        await using var machine = new Machine();

        var granted = await RunAsync(machine, "access", "grant", "0781:5581", "1-2", "--json");
        var revoked = await RunAsync(machine, "access", "revoke", "1-2", "--json");
        var listed = await RunAsync(machine, "access", "list", "--json");

        granted.GetProperty("granted").EnumerateArray().Select(text => text.GetString()).Should().Equal("0781:5581", "1-2");
        revoked.GetProperty("granted").GetArrayLength().Should().Be(1);
        listed.GetProperty("granted")[0].GetString().Should().Be("0781:5581");
    }

    [Fact]
    public async Task Recover_and_type_count()
    {
        await using var machine = new Machine { Unrecovered = 3 };
        machine.Serve("--virtual", "keyboard");
        using var client = new RawClient(machine.Endpoint);
        client.Import("250-1");
        client.Submit(Requests.Control(1, 0x00, 0x09, value: 1)); // SET_CONFIGURATION
        client.ReadSubmitReply().Status.Should().Be(0);

        var typed = await RunAsync(machine, "type", "hello", "--json");
        var recovered = await RunAsync(machine, "recover", "--json");

        typed.GetProperty("characters").GetInt32().Should().Be(5);
        typed.GetProperty("busId").GetString().Should().Be("250-1");
        recovered.GetProperty("interfaces").GetInt32().Should().Be(3);
    }

    private static Machine Serving(params string[] options)
    {
        var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve(options);
        return machine;
    }

    private static async Task<JsonElement> RunAsync(Machine machine, params string[] words)
    {
        var result = await machine.RunAsync(words);
        result.ExitCode.Should().Be(ExitCode.Success, result.Error);
        return JsonDocument.Parse(result.Output).RootElement;
    }
}
