using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Tests.Virtual;

public sealed class StandardRequestTests : IDisposable
{
    private readonly Plugged<VirtualZero> _zero = new(new VirtualZero());

    public void Dispose() => _zero.Dispose();

    [Fact]
    public void The_device_descriptor_is_that_of_the_definition()
    {
        var (status, data) = _zero.Host.Control(0x80, 6, 0x0100, 0, 64);

        status.Should().Be(UrbStatus.Ok);
        DeviceDescriptor.TryRead(data, out var descriptor).Should().BeTrue();
        descriptor.Should().Be(_zero.Device.Definition.Descriptor);
    }

    [Fact]
    public void A_short_read_of_the_configuration_is_cut_and_a_long_one_ends_early()
    {
        _zero.Host.Control(0x80, 6, 0x0200, 0, 9).Data.Should().HaveCount(9);

        var (status, whole) = _zero.Host.Control(0x80, 6, 0x0200, 0, 1024);

        status.Should().Be(UrbStatus.Ok);
        ConfigurationDescriptor.TryRead(whole, out var configuration).Should().BeTrue();
        configuration!.AlternateSettings.Should().HaveCount(2);
        configuration.AlternateSettings[0].Endpoints.Should().HaveCount(6);
        configuration.Value.Should().Be(3);
    }

    [Theory]
    [InlineData(UsbSpeed.Full)]
    [InlineData(UsbSpeed.High)]
    [InlineData(UsbSpeed.Super)]
    public void Every_speed_reads_back_from_its_own_bytes(UsbSpeed speed)
    {
        using var zero = new Plugged<VirtualZero>(new VirtualZero(speed));

        var (_, data) = zero.Host.Control(0x80, 6, 0x0200, 0, 1024);

        ConfigurationDescriptor.TryRead(data, out var configuration).Should().BeTrue();
        configuration.Should().BeEquivalentTo(zero.Device.Definition.Configurations[0]);
    }

    [Fact]
    public void High_speed_has_a_qualifier_and_another_speed_and_no_object_store()
    {
        _zero.Host.Control(0x80, 6, 0x0600, 0, 10).Data.Should().HaveCount(10);
        _zero.Host.Control(0x80, 6, 0x0700, 0, 1024).Data[1].Should().Be(7);
        _zero.Host.Control(0x80, 6, 0x0F00, 0, 5).Status.Should().Be(UrbStatus.Stall);
    }

    [Fact]
    public void SuperSpeed_has_an_object_store_and_neither_qualifier_nor_other_speed()
    {
        using var zero = new Plugged<VirtualZero>(new VirtualZero(UsbSpeed.Super));

        var (status, store) = zero.Host.Control(0x80, 6, 0x0F00, 0, 255);

        status.Should().Be(UrbStatus.Ok);
        store.Length.Should().Be(store[2] | (store[3] << 8));
        zero.Host.Control(0x80, 6, 0x0600, 0, 10).Status.Should().Be(UrbStatus.Stall);
        zero.Host.Control(0x80, 6, 0x0700, 0, 9).Status.Should().Be(UrbStatus.Stall);
    }

    [Fact]
    public void Strings_are_there_for_each_index_of_the_descriptor_and_for_no_other()
    {
        var (_, product) = _zero.Host.Control(0x80, 6, 0x0302, 0x0409, 255);

        System.Text.Encoding.Unicode.GetString(product.AsSpan(2)).Should().Be("Gadget Zero");
        _zero.Host.Control(0x80, 6, 0x0300, 0, 9).Data.Should().Equal(4, 3, 0x09, 0x04);
        _zero.Host.Control(0x80, 6, 0x03FE, 0x0409, 255).Status.Should().Be(UrbStatus.Stall);
    }

    [Fact]
    public void Descriptors_that_cannot_be_asked_for_stall_and_the_next_request_is_answered()
    {
        _zero.Host.Control(0x80, 6, 0x0400, 0, 9).Status.Should().Be(UrbStatus.Stall);
        _zero.Host.Control(0x80, 6, 0x0500, 0, 9).Status.Should().Be(UrbStatus.Stall);
        _zero.Host.Control(0x80, 6, 0x0201, 0, 9).Status.Should().Be(UrbStatus.Stall);
        _zero.Host.Control(0x80, 0, 0, 0, 2).Data.Should().Equal(1, 0);
    }

    [Fact]
    public void A_configuration_is_set_told_and_refused_if_there_is_none_of_that_value()
    {
        _zero.Host.ControlOut(0, 9, 3, 0).Should().Be(UrbStatus.Ok);
        _zero.Host.Control(0x80, 8, 0, 0, 1).Data.Should().Equal(3);
        _zero.Host.ControlOut(0, 9, 7, 0).Should().Be(UrbStatus.Stall);
        _zero.Host.Device.SetConfiguration(7).Should().Be(UrbStatus.NoEntry);

        _zero.Host.Device.SetConfiguration(0).Should().Be(UrbStatus.Ok);

        _zero.Host.Control(0x80, 8, 0, 0, 1).Data.Should().Equal(0);
        _zero.Host.In(1, 512).Status.Should().Be(UrbStatus.NoEntry);
        _zero.Host.Control(0x81, 10, 0, 0, 1).Status.Should().Be(UrbStatus.Stall);
    }

    [Fact]
    public void An_alternate_setting_decides_which_endpoints_there_are()
    {
        _zero.Host.Control(0x81, 10, 0, 0, 1).Data.Should().Equal(0);
        _zero.Host.In(3, 8, TransferType.Interrupt).Status.Should().Be(UrbStatus.Ok);

        _zero.Host.Device.SetInterface(0, 1).Should().Be(UrbStatus.Ok);

        _zero.Host.Control(0x81, 10, 0, 0, 1).Data.Should().Equal(1);
        _zero.Host.In(3, 8, TransferType.Interrupt).Status.Should().Be(UrbStatus.NoEntry);
        _zero.Host.In(1, 512).Status.Should().Be(UrbStatus.Ok);
        _zero.Host.Device.SetInterface(0, 2).Should().Be(UrbStatus.NoEntry);
        _zero.Host.ControlOut(1, 11, 0, 5).Should().Be(UrbStatus.Stall);
    }

    [Fact]
    public void A_transfer_of_another_type_than_the_endpoint_finds_no_endpoint()
    {
        _zero.Host.In(1, 8, TransferType.Interrupt).Status.Should().Be(UrbStatus.NoEntry);
    }

    [Theory]
    [InlineData(0x81)]
    [InlineData(0x01)]
    public void A_halted_endpoint_stalls_until_it_is_cleared(int address)
    {
        var io = () => address >= 0x80 ? _zero.Host.In(1, 512).Status : _zero.Host.Out(1, new byte[512]).Status;
        io().Should().Be(UrbStatus.Ok);

        _zero.Host.ControlOut(2, 3, 0, address).Should().Be(UrbStatus.Ok);

        _zero.Host.Control(0x82, 0, 0, address, 2).Data.Should().Equal(1, 0);
        io().Should().Be(UrbStatus.Stall);
        io().Should().Be(UrbStatus.Stall);
        _zero.Host.Device.ClearHalt((byte)address).Should().Be(UrbStatus.Ok);
        _zero.Host.Control(0x82, 0, 0, address, 2).Data.Should().Equal(0, 0);
        io().Should().Be(UrbStatus.Ok);
    }

    [Fact]
    public void Halts_end_with_a_new_setting()
    {
        _zero.Host.ControlOut(2, 3, 0, 0x81).Should().Be(UrbStatus.Ok);

        _zero.Host.ControlOut(1, 11, 0, 0).Should().Be(UrbStatus.Ok);

        _zero.Host.In(1, 512).Status.Should().Be(UrbStatus.Ok);
    }

    [Fact]
    public void Features_that_the_device_lacks_stall()
    {
        _zero.Host.ControlOut(0, 3, 1, 0).Should().Be(UrbStatus.Stall);
        _zero.Host.ControlOut(0, 3, 2, 0).Should().Be(UrbStatus.Stall);
        _zero.Host.ControlOut(2, 3, 0, 0x8F).Should().Be(UrbStatus.Stall);
        _zero.Host.ControlOut(2, 1, 0, 0).Should().Be(UrbStatus.Ok);
    }

    [Fact]
    public void Queued_control_requests_complete_in_the_order_of_their_submits()
    {
        var transfers = Enumerable.Range(0, 32)
            .Select(index => _zero.Host.SubmitControl(0x80, 6, index % 3 == 0 ? 0x0400 : 0x0100, 0, 18))
            .ToList();

        foreach (var transfer in transfers)
        {
            _zero.Host.Finish(transfer).Status.Should().Be(transfers.IndexOf(transfer) % 3 == 0 ? UrbStatus.Stall : UrbStatus.Ok);
        }
    }

    [Fact]
    public void A_data_stage_against_its_setup_packet_stalls()
    {
        var transfer = _zero.Host.Device.CreateTransfer(18);
        transfer.Setup = new SetupPacket(0x80, 6, 0x0100, 0, 18);
        transfer.EndpointAddress = 0;

        _zero.Host.Device.Submit(transfer);

        _zero.Host.Finish(transfer).Status.Should().Be(UrbStatus.Stall);
    }
}
