using UsbIp.Devices.Virtual.Storage;
using UsbIp.Protocol;

namespace UsbIp.Devices.Tests.Virtual;

/// <summary>The thirteen cases of Mass Storage Bulk-Only 1.0, 6.7, and what happens to those who do not keep to it.</summary>
public sealed class BulkOnlyTests : IDisposable
{
    private static readonly byte[] TestUnitReady = [0, 0, 0, 0, 0, 0];

    private readonly BulkOnlyHost _host = new(new MemoryDiskImage(1 << 20));

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Case_1_no_data_wanted_and_none_there_passes() =>
        _host.In(TestUnitReady, 0).Should().BeEquivalentTo(new { Residue = 0u, Status = (byte)0 });

    [Fact]
    public void Case_2_no_data_wanted_but_the_device_has_some_is_a_phase_error() =>
        _host.In(BulkOnlyHost.Read10(0, 1), 0).Status.Should().Be(2);

    [Fact]
    public void Case_3_no_data_offered_but_the_device_wants_some_is_a_phase_error() =>
        _host.Out(BulkOnlyHost.Write10(0, 1), []).Status.Should().Be(2);

    [Fact]
    public void Case_4_data_wanted_where_there_is_none_stalls_with_all_of_it_as_residue()
    {
        var result = _host.In(TestUnitReady, 512);

        result.Should().BeEquivalentTo(new { DataStatus = UrbStatus.Stall, Residue = 512u, Status = (byte)0 });
        result.Data.Should().BeEmpty();
    }

    [Fact]
    public void Case_5_more_data_wanted_than_there_is_ends_short_with_the_rest_as_residue()
    {
        var result = _host.In([0x12, 0, 0, 0, 36, 0], 255);

        result.Should().BeEquivalentTo(new { DataStatus = UrbStatus.Ok, Residue = 219u, Status = (byte)0 });
        result.Data.Should().HaveCount(36);
    }

    [Fact]
    public void Case_5_in_whole_packets_ends_with_a_stall()
    {
        var result = _host.In(BulkOnlyHost.Read10(0, 2), 4096);

        result.Should().BeEquivalentTo(new { DataStatus = UrbStatus.Stall, Residue = 3072u, Status = (byte)0 });
        result.Data.Should().HaveCount(1024);
    }

    [Fact]
    public void Case_6_as_much_wanted_as_there_is_passes() =>
        _host.In(BulkOnlyHost.Read10(0, 8), 4096).Should().BeEquivalentTo(new { DataStatus = UrbStatus.Ok, Residue = 0u, Status = (byte)0 });

    [Fact]
    public void Case_7_less_wanted_than_there_is_gets_that_much_and_a_phase_error()
    {
        var result = _host.In(BulkOnlyHost.Read10(0, 2), 512);

        result.Data.Should().HaveCount(512);
        result.Status.Should().Be(2);
    }

    [Fact]
    public void Case_8_data_wanted_where_the_device_wants_some_is_a_phase_error() =>
        _host.In(BulkOnlyHost.Write10(0, 1), 512).Should().BeEquivalentTo(new { DataStatus = UrbStatus.Stall, Status = (byte)2 });

    [Fact]
    public void Case_9_data_offered_that_nobody_wants_stalls_with_all_of_it_as_residue() =>
        _host.Out(TestUnitReady, new byte[512]).Should().BeEquivalentTo(
            new { DataStatus = UrbStatus.Stall, Sent = 0, Residue = 512u, Status = (byte)0 });

    [Fact]
    public void Case_10_data_offered_where_the_device_has_some_is_a_phase_error() =>
        _host.Out(BulkOnlyHost.Read10(0, 1), new byte[512]).Should().BeEquivalentTo(new { DataStatus = UrbStatus.Stall, Status = (byte)2 });

    [Fact]
    public void Case_11_more_data_offered_than_wanted_is_taken_as_far_as_wanted() =>
        _host.Out(BulkOnlyHost.Write10(0, 1), new byte[2048]).Should().BeEquivalentTo(
            new { DataStatus = UrbStatus.Stall, Sent = 512, Residue = 1536u, Status = (byte)0 });

    [Fact]
    public void Case_12_as_much_offered_as_wanted_passes() =>
        _host.Out(BulkOnlyHost.Write10(0, 1), new byte[512]).Should().BeEquivalentTo(
            new { DataStatus = UrbStatus.Ok, Sent = 512, Residue = 0u, Status = (byte)0 });

    [Fact]
    public void Case_13_less_offered_than_wanted_writes_nothing_and_is_a_phase_error()
    {
        var ones = Enumerable.Repeat((byte)1, 512).ToArray();

        _host.Out(BulkOnlyHost.Write10(0, 2), ones).Status.Should().Be(2);

        _host.In(BulkOnlyHost.Read10(0, 1), 512).Data.Should().Equal(new byte[512]);
    }

    [Fact]
    public void A_refused_command_stalls_its_data_fails_and_says_why()
    {
        _host.In([0xC7, 0, 0, 0, 0, 0], 64).Should().BeEquivalentTo(new { DataStatus = UrbStatus.Stall, Residue = 64u, Status = (byte)1 });

        _host.Sense().Should().Equal(0x05, 0x20, 0x00);
        _host.Sense().Should().Equal(0, 0, 0);
    }

    public static TheoryData<string, byte[]> Wrappers()
    {
        using var host = new BulkOnlyHost(new MemoryDiskImage(512));
        var good = host.Wrap([0, 0, 0, 0, 0, 0], isIn: true, 0);
        return new TheoryData<string, byte[]>
        {
            { "too short", good[..30] },
            { "too long", [.. good, 0] },
            { "empty", [] },
            { "another signature", [.. "USBX"u8, .. good[4..]] },
            { "reserved flags", [.. good[..12], 0x01, .. good[13..]] },
            { "a unit beyond 15", [.. good[..13], 0x10, .. good[14..]] },
            { "no command", [.. good[..14], 0, .. good[15..]] },
            { "a command beyond 16 bytes", [.. good[..14], 17, .. good[15..]] },
        };
    }

    [Theory]
    [MemberData(nameof(Wrappers))]
    public void After_a_wrapper_that_is_none_both_endpoints_stall_until_reset_recovery(string what, byte[] wrapper)
    {
        var usb = _host.Disk.Host;
        _host.Send(wrapper).Should().Be(UrbStatus.Ok, "the device takes the packet with {0} before it looks at it", what);

        usb.Device.ClearHalt(0x81).Should().Be(UrbStatus.Ok);
        usb.Device.ClearHalt(0x01).Should().Be(UrbStatus.Ok);
        usb.In(1, 13).Status.Should().Be(UrbStatus.Stall);
        usb.Out(1, wrapper).Status.Should().Be(UrbStatus.Stall);

        usb.ControlOut(0x21, 0xFF, 0, 0).Should().Be(UrbStatus.Ok);
        usb.In(1, 13).Status.Should().Be(UrbStatus.Stall, "the reset leaves the halts to the host");
        usb.Device.ClearHalt(0x81).Should().Be(UrbStatus.Ok);
        usb.Device.ClearHalt(0x01).Should().Be(UrbStatus.Ok);
        _host.In(TestUnitReady, 0).Status.Should().Be(0);
    }

    [Fact]
    public void A_unit_that_is_not_there_is_refused()
    {
        _host.Run(TestUnitReady, isIn: true, 0, [], unit: 3).Status.Should().Be(1);

        _host.Sense().Should().Equal(0x05, 0x25, 0x00);
        _host.Disk.Host.Control(0xA1, 0xFE, 0, 0, 1).Data.Should().Equal(0);
    }

    [Fact]
    public void A_command_sent_before_the_status_was_fetched_waits_for_it()
    {
        var usb = _host.Disk.Host;
        _host.Send(_host.Wrap(TestUnitReady, isIn: true, 0)).Should().Be(UrbStatus.Ok);
        var early = usb.SubmitOut(1, _host.Wrap(TestUnitReady, isIn: true, 0));
        usb.CompletedCount.Should().Be(0);

        var status = usb.SubmitIn(1, 13);

        usb.Finish(status).Status.Should().Be(UrbStatus.Ok);
        usb.Finish(early).Status.Should().Be(UrbStatus.Ok);
    }

    [Fact]
    public void A_status_fetched_with_too_little_room_is_babble()
    {
        _host.Send(_host.Wrap(TestUnitReady, isIn: true, 0)).Should().Be(UrbStatus.Ok);

        _host.Disk.Host.In(1, 8).Status.Should().Be(UrbStatus.Overflow);
    }

    [Fact]
    public void A_reset_of_the_port_ends_a_command_half_way()
    {
        _host.Send(_host.Wrap(BulkOnlyHost.Read10(0, 8), isIn: true, 4096)).Should().Be(UrbStatus.Ok);
        _host.Disk.Host.In(1, 1024).Status.Should().Be(UrbStatus.Ok);

        _host.Disk.Host.Device.Reset().Should().Be(UrbStatus.Ok);

        _host.In(TestUnitReady, 0).Status.Should().Be(0);
    }
}
