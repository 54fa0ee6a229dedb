using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Client.Tests.Commands;

public sealed class ListCommandTests : IDisposable
{
    private static readonly byte[] Granted = Convert.FromHexString("011100F200000000");

    private readonly CommandRig _rig = new();
    private readonly FakeHost _host = FakeHost.Serving([SampleDevices.Stick, SampleDevices.Modem]);

    public void Dispose()
    {
        _rig.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void Devices_are_listed_in_aligned_columns()
    {
        _rig.Run("list", _host.Address.ToString()).Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().Be("""
            BUSID  VID:PID    SPEED  DEVICE                           CLASS
            2-1    0781:5581  super  SanDisk Corp., Ultra             Mass Storage
            1-1.4  1234:abcd  full   unknown vendor, unknown product  Communications

            """);
        _rig.Remarks.ToString().Should().BeEmpty();
    }

    [Fact]
    public void Programs_get_json()
    {
        _rig.Run("list", "--json", _host.Address.ToString()).Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().StartWith($$"""
            {"host":"{{_host.Address}}","devices":[{"busId":"2-1","busNumber":2,"deviceNumber":3,"speed":"super","vendorId":"0781","productId":"5581","vendor":"SanDisk Corp.","product":"Ultra","deviceClass":"00/00/00","className":null,"path":"/sys/devices/pci0000:00/usb2/2-1","interfaces":["08/06/50"],"serial":null,"aliases":[],"holder":null,"heldSince":null},
            """.TrimEnd());
    }

    [Fact]
    public void Who_has_a_device_and_since_when_is_shown_where_the_host_tells()
    {
        var since = new DateTimeOffset(2026, 11, 21, 14, 3, 5, TimeSpan.Zero);
        var frame = new WatchedDevice(
            BusId.Parse("2-1"), 0x0781, 0x5581, WatchedState.Present | WatchedState.Exported | WatchedState.Held, since.ToUnixTimeMilliseconds(), "192.168.1.7:51234", "Ultra");
        using var told = WatchedHost.Telling([.. Granted, .. WatchFrames.Snapshot(1), .. WatchFrames.Of(frame)]);
        using var silent = WatchedHost.Telling([]);

        _rig.Run("list", told.Address.ToString()).Should().Be(ExitCode.Success);
        _rig.Run("list", "--json", told.Address.ToString()).Should().Be(ExitCode.Success);
        var shown = _rig.Result.ToString();
        _rig.Run("list", silent.Address.ToString()).Should().Be(ExitCode.Success, "the list itself is there");

        shown.Should().Contain("  HELD BY\n").And.Contain($"  192.168.1.7:51234 since {since.ToLocalTime():yyyy-MM-dd HH:mm:ss}\n")
            .And.Contain("\"holder\":\"192.168.1.7:51234\",\"heldSince\":\"2026-11-21T");
    }

    [Theory]
    [InlineData("list -r 127.0.0.1 -t PORT")]
    [InlineData("-t PORT list -r 127.0.0.1")]
    [InlineData("--tcp-port PORT list 127.0.0.1")]
    [InlineData("list 127.0.0.1:PORT")]
    public void The_stock_tools_options_work_before_and_behind_the_verb(string line)
    {
        var words = line.Replace("PORT", _host.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal).Split(' ');

        _rig.Run(words).Should().Be(ExitCode.Success);
    }

    [Fact]
    public void A_host_without_devices_says_so_beside_the_result()
    {
        using var empty = FakeHost.Serving([]);

        _rig.Run("list", empty.Address.ToString()).Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().BeEmpty();
        _rig.Remarks.ToString().Should().Be($"usbip-client: {empty.Address} exports no device that is free to be attached.\n");
    }
}
