using System.Globalization;
using System.Text.Json;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Client.Tests.Commands;

public sealed class WatchCommandTests : IDisposable
{
    private const long Noon = 1_795_262_400_000;

    private static readonly WatchedDevice Free = new(
        BusId.Parse("1-2"), 0x0781, 0x5581, WatchedState.Present | WatchedState.Exported, 0, "", "SanDisk Ultra");

    private static readonly WatchedDevice Held = Free with { State = Free.State | WatchedState.Held, Holder = "10.0.0.7:40112", HeldSince = Noon };

    private static readonly byte[] Story =
    [
        .. Convert.FromHexString("011100F200000000"),
        .. WatchFrames.Snapshot(1),
        .. WatchFrames.Of(Free),
        .. WatchFrames.Of(new WatchedEvent(DeviceEventKind.Attached, Noon, Held, "10.0.0.7:40112", "")),
        .. WatchFrames.Of(new WatchedEvent(DeviceEventKind.Refused, Noon, Held, "10.0.0.9:1", "10.0.0.7:40112 holds it")),
        .. WatchFrames.Overflow(3),
        .. WatchFrames.Snapshot(1),
        .. WatchFrames.Of(Held),
    ];

    private readonly CommandRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void People_get_a_line_for_each_event()
    {
        using var host = WatchedHost.Telling(Story);
        var noon = DateTimeOffset.FromUnixTimeMilliseconds(Noon).ToLocalTime();
        var clock = noon.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

        _rig.Run("watch", host.Address.ToString()).Should().Be(ExitCode.Network, "the host closed");

        var lines = _rig.Result.ToString().Split('\n');
        lines[0][9..].Should().Be("now 1-2 \"SanDisk Ultra\" (0781:5581) free");
        lines[1].Should().Be($"{clock} attached 1-2 \"SanDisk Ultra\" (0781:5581) by 10.0.0.7:40112");
        lines[2].Should().Be($"{clock} refused 1-2 \"SanDisk Ultra\" (0781:5581) to 10.0.0.9:1: 10.0.0.7:40112 holds it");
        lines[3][9..].Should().Be("missed 3 events; this is how things stand now:");
        lines[4][9..].Should().Be($"now 1-2 \"SanDisk Ultra\" (0781:5581) held by 10.0.0.7:40112 since {noon:yyyy-MM-dd HH:mm}");
    }

    [Fact]
    public void Programs_get_an_object_a_line()
    {
        using var host = WatchedHost.Telling(Story);

        _rig.Run("watch", "--json", host.Address.ToString()).Should().Be(ExitCode.Network);

        var lines = _rig.Result.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        lines.Select(line => line.GetProperty("event").GetString()).Should().Equal("snapshot", "attached", "refused", "overflow", "snapshot");
        lines[1].GetProperty("client").GetString().Should().Be("10.0.0.7:40112");
        lines[1].GetProperty("device").GetProperty("since").GetDateTimeOffset().ToUnixTimeMilliseconds().Should().Be(Noon);
        lines[3].GetProperty("lost").GetInt32().Should().Be(3);
    }

    [Fact]
    public void A_stock_host_cannot_push_and_the_user_learns_what_to_do()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick]);

        _rig.Run("watch", host.Address.ToString()).Should().Be(ExitCode.ProtocolMismatch);

        _rig.Remarks.ToString().Should().Be(
            $"usbip-client: {host.Address} cannot push: it is not a usbip-host, or an older one.\nTry: --poll 5, which asks it for its list every 5 s.\n");
    }

    [Fact]
    public void A_stock_host_can_be_polled()
    {
        var asked = 0;
        using var host = FakeHost.Conversing((stream, _) =>
        {
            // The first look asks whether it can push; the fifth finds a host that is no longer one.
            ListedDevice[]? devices = ++asked switch
            {
                1 or 2 => [SampleDevices.Stick],
                3 => [SampleDevices.Stick, SampleDevices.Modem],
                4 => [SampleDevices.Modem],
                _ => null,
            };
            stream.Write(devices is null ? [0] : DeviceList.Write(devices));
        });

        _rig.Run("watch", "--poll", "0.1", host.Address.ToString()).Should().Be(ExitCode.Network);

        _rig.Result.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[9..]).Should().Equal(
            "now 2-1 (0781:5581) free", "exported 1-1.4 (1234:abcd)", "unexported 2-1 (0781:5581)");
    }

    [Theory]
    [InlineData("often")]
    [InlineData("0")]
    [InlineData("1e9")]
    public void An_interval_that_is_none_is_a_usage_error(string interval)
    {
        _rig.Run("watch", "127.0.0.1", "--poll", interval).Should().Be(ExitCode.Usage);
    }
}
