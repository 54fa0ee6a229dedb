using UsbIp.TestKit;

namespace UsbIp.Protocol.Tests;

/// <summary>The messages before the URB phase, against their golden bytes.</summary>
public sealed class OperationMessageTests
{
    [Fact]
    public void Op_req_devlist_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("op_req_devlist.hex");
        var expected = new OperationHeader(OperationCode.DeviceListRequest, OperationStatus.Ok);
        var written = Samples.UsedBuffer(OperationHeader.Size);

        var read = OperationHeader.Read(golden);
        expected.Write(written);

        read.Should().Be(expected);
        written.Should().Equal(golden);
    }

    [Fact]
    public void Op_rep_devlist_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("op_rep_devlist.hex");

        var header = OperationHeader.Read(golden);
        var read = DeviceList.ReadBody(new MemoryStream(golden[OperationHeader.Size..]));
        var written = DeviceList.Write(Samples.Devices);

        header.Should().Be(new OperationHeader(OperationCode.DeviceListReply, OperationStatus.Ok));
        read.Should().BeEquivalentTo(Samples.Devices, options => options.WithStrictOrdering());
        written.Should().Equal(golden);
    }

    [Fact]
    public void An_empty_op_rep_devlist_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("op_rep_devlist_empty.hex");

        var read = DeviceList.ReadBody(new MemoryStream(golden[OperationHeader.Size..]));
        var written = DeviceList.Write([]);

        read.Should().BeEmpty();
        written.Should().Equal(golden);
    }

    [Fact]
    public void Op_rep_devlist_counts_the_interfaces_that_it_carries_whatever_the_record_says()
    {
        var device = new ListedDevice(Samples.GadgetZero with { InterfaceCount = 9 }, [new InterfaceRecord(0xFF, 0, 0)]);

        var read = DeviceList.ReadBody(new MemoryStream(DeviceList.Write([device])[OperationHeader.Size..]));

        read.Should().ContainSingle().Which.Device.InterfaceCount.Should().Be(1);
    }

    [Fact]
    public void Padding_that_a_server_left_unset_does_not_matter()
    {
        var bytes = Golden.Load("op_rep_devlist.hex");
        bytes[DeviceList.PrefixSize + DeviceRecord.Size + 3] = 0x5A;

        var read = DeviceList.ReadBody(new MemoryStream(bytes[OperationHeader.Size..]));

        read[0].Interfaces.Should().Equal(Samples.Devices[0].Interfaces);
    }

    [Fact]
    public void Op_req_import_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("op_req_import.hex");
        var expected = new ImportRequest(BusId.Parse("1-1.2"));
        var written = Samples.UsedBuffer(ImportRequest.Size);

        var header = OperationHeader.Read(golden);
        var read = ImportRequest.ReadBody(golden.AsSpan(OperationHeader.Size));
        expected.Write(written);

        header.Code.Should().Be(OperationCode.ImportRequest);
        read.Should().Be(expected);
        written.Should().Equal(golden);
    }

    [Fact]
    public void A_granting_op_rep_import_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("op_rep_import.hex");
        var written = Samples.UsedBuffer(ImportReply.Size);

        var header = OperationHeader.Read(golden);
        var read = DeviceRecord.Read(golden.AsSpan(OperationHeader.Size));
        ImportReply.WriteGrant(written, Samples.GadgetZero);

        header.Should().Be(new OperationHeader(OperationCode.ImportReply, OperationStatus.Ok));
        read.Should().Be(Samples.GadgetZero);
        read.DeviceId.Value.Should().Be(0x00010011);
        written.Should().Equal(golden);
    }

    [Fact]
    public void A_refusing_op_rep_import_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("op_rep_import_refused.hex");
        var written = Samples.UsedBuffer(OperationHeader.Size);

        var read = OperationHeader.Read(golden);
        ImportReply.WriteRefusal(written, OperationStatus.DeviceBusy);

        read.Should().Be(new OperationHeader(OperationCode.ImportReply, OperationStatus.DeviceBusy));
        written.Should().Equal(golden);
    }

    [Theory]
    [InlineData(0x0110)]
    [InlineData(0x0000)]
    [InlineData(0x1101)]
    public void Another_version_is_refused_by_its_number(int version)
    {
        var bytes = Golden.Load("op_req_devlist.hex");
        bytes[0] = (byte)(version >> 8);
        bytes[1] = unchecked((byte)version);

        var reading = () => OperationHeader.Read(bytes);

        reading.Should().Throw<ProtocolException>()
            .WithMessage($"The peer speaks USB/IP version 0x{version:x4}; this program speaks 0x0111 (1.1.1).");
    }

    [Fact]
    public void A_list_of_more_devices_than_the_limit_is_refused_before_it_is_read()
    {
        byte[] count = [0, 0, 0x04, 0x01];

        var reading = () => DeviceList.ReadBody(new MemoryStream(count));

        reading.Should().Throw<ProtocolException>().WithMessage("OP_REP_DEVLIST: ndev 1025 exceeds the limit of 1024 devices.");
    }

    [Fact]
    public void A_text_field_without_its_nul_is_refused_by_name()
    {
        var bytes = Golden.Load("op_rep_import.hex").AsSpan(OperationHeader.Size).ToArray();
        bytes.AsSpan(ProtocolConstants.PathFieldSize, ProtocolConstants.BusIdFieldSize).Fill((byte)'1');

        var reading = () => DeviceRecord.Read(bytes);

        reading.Should().Throw<ProtocolException>().WithMessage("The field busid has no NUL within its 32 bytes.");
    }

    [Fact]
    public void What_a_peer_writes_into_a_text_cannot_drive_a_terminal()
    {
        var bytes = Golden.Load("op_rep_import.hex").AsSpan(OperationHeader.Size).ToArray();
        "\e[2J\r\n\u007f"u8.CopyTo(bytes);

        var record = DeviceRecord.Read(bytes);

        record.Path.Should().StartWith("?[2J???");
    }

    [Fact]
    public void A_text_that_is_too_long_for_its_field_is_cut_and_keeps_its_nul()
    {
        var bytes = Samples.UsedBuffer(DeviceRecord.Size);
        var path = new string('p', 400);

        (Samples.GadgetZero with { Path = path }).Write(bytes);

        DeviceRecord.Read(bytes).Path.Should().Be(path[..255]);
    }
}
