using System.Buffers.Binary;
using System.Text;
using UsbIp.Devices.Virtual.Storage;
using UsbIp.Protocol;

namespace UsbIp.Devices.Tests.Virtual;

public sealed class DiskTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Inquiry_says_who_the_disk_is()
    {
        using var host = new BulkOnlyHost(new MemoryDiskImage(1 << 20));

        var data = host.In([0x12, 0, 0, 0, 36, 0], 36).Data;

        Encoding.ASCII.GetString(data, 8, 24).Should().Be("UsbIp   Virtual Disk    ");
        data[1].Should().Be(0x80);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x80)]
    [InlineData(0x83)]
    [InlineData(0xB0)]
    [InlineData(0xB1)]
    public void Each_vital_product_page_has_its_length(byte page)
    {
        using var host = new BulkOnlyHost(new MemoryDiskImage(1 << 20));

        var data = host.In([0x12, 1, page, 0, 255, 0], 255).Data;

        data[1].Should().Be(page);
        data.Length.Should().Be(4 + data[3]);
        host.In([0x12, 1, 0x77, 0, 255, 0], 255).Status.Should().Be(1);
    }

    [Theory]
    [InlineData(1L << 20)]
    [InlineData(1L << 40)]
    public void Capacity_is_told_in_both_forms(long length)
    {
        using var host = new BulkOnlyHost(new MemoryDiskImage(length));

        var ten = host.In([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8).Data;
        var sixteen = host.In([0x9E, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0], 32).Data;

        BinaryPrimitives.ReadUInt32BigEndian(ten).Should().Be((uint)((length / 512) - 1));
        BinaryPrimitives.ReadInt64BigEndian(sixteen).Should().Be((length / 512) - 1);
        BinaryPrimitives.ReadUInt32BigEndian(sixteen.AsSpan(8)).Should().Be(512);
    }

    [Fact]
    public void What_is_written_is_read_back_wherever_and_however_it_was_written()
    {
        const int Blocks = 8192;
        using var host = new BulkOnlyHost(new MemoryDiskImage(Blocks * 512));
        var random = new Random(20_26);
        var expected = new byte[Blocks * 512];
        for (var round = 0; round < 200; round++)
        {
            var count = random.Next(1, 200);
            var block = random.Next(0, Blocks - count);
            var data = new byte[count * 512];
            random.NextBytes(data);
            data.CopyTo(expected, block * 512);

            host.Out(Command(random.Next(4), isWrite: true, block, count), data).Should().BeEquivalentTo(new { Residue = 0u, Status = (byte)0 });
        }

        for (var block = 0; block < Blocks; block += 128)
        {
            var read = host.In(Command(random.Next(4), isWrite: false, block, 128), 128 * 512);

            read.Data.AsSpan().SequenceEqual(expected.AsSpan(block * 512, 128 * 512)).Should().BeTrue("blocks {0}.. are as written", block);
        }
    }

    [Fact]
    public void Data_may_come_in_several_transfers()
    {
        using var host = new BulkOnlyHost(new MemoryDiskImage(1 << 20));
        var usb = host.Disk.Host;
        var data = new byte[8192];
        new Random(1).NextBytes(data);

        host.Send(host.Wrap(BulkOnlyHost.Write10(4, 16), isIn: false, 8192)).Should().Be(UrbStatus.Ok);
        usb.Out(1, data.AsSpan(0, 1024)).Should().Be((UrbStatus.Ok, 1024));
        usb.Out(1, data.AsSpan(1024)).Should().Be((UrbStatus.Ok, 7168));
        usb.In(1, 13).Data[12].Should().Be(0);

        host.In(BulkOnlyHost.Read10(4, 16), 8192).Data.Should().Equal(data);
    }

    [Theory]
    [InlineData(2048u, 1)]
    [InlineData(2047u, 2)]
    [InlineData(uint.MaxValue, 65535)]
    public void Blocks_beyond_the_end_are_refused_and_nothing_is_written(uint block, int count)
    {
        using var host = new BulkOnlyHost(new MemoryDiskImage(2048 * 512));

        host.In(BulkOnlyHost.Read10(block, (ushort)count), 512).Status.Should().Be(1);
        host.Sense().Should().Equal(0x05, 0x21, 0x00);
        host.Out(BulkOnlyHost.Write10(block, (ushort)count), new byte[512]).Should().BeEquivalentTo(new { Sent = 0, Status = (byte)1 });
        host.Sense().Should().Equal(0x05, 0x21, 0x00);
    }

    [Fact]
    public void The_commands_without_data_that_hosts_send_pass()
    {
        using var host = new BulkOnlyHost(new MemoryDiskImage(1 << 20));

        host.In([0x1E, 0, 0, 0, 1, 0], 0).Status.Should().Be(0);
        host.In([0x1B, 0, 0, 0, 2, 0], 0).Status.Should().Be(1, "removal is prevented");
        host.In([0x1E, 0, 0, 0, 0, 0], 0).Status.Should().Be(0);
        host.In([0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0).Status.Should().Be(0);
        host.In([0x2F, 0, 0, 0, 0, 0, 0, 0, 8, 0], 0).Status.Should().Be(0);
        host.In([0xA0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0], 16).Data.Should().HaveCount(16);
        host.In([0x1B, 0, 0, 0, 2, 0], 0).Status.Should().Be(0);
        host.In([0x00, 0, 0, 0, 0, 0], 0).Status.Should().Be(1, "it was ejected");
        host.Sense().Should().Equal(0x02, 0x3A, 0x00);
    }

    [Fact]
    public void A_read_only_disk_says_so_and_refuses_writes()
    {
        File.WriteAllBytes(_path, new byte[4096]);
        using var host = new BulkOnlyHost(new FileDiskImage(_path, isReadOnly: true));

        host.In([0x1A, 0, 0x3F, 0, 192, 0], 192).Data[2].Should().Be(0x90);
        host.In([0x5A, 0, 0x08, 0, 0, 0, 0, 0, 192, 0], 192).Data[3].Should().Be(0x90);
        host.Out(BulkOnlyHost.Write10(0, 1), new byte[512]).Status.Should().Be(1);
        host.Sense().Should().Equal(0x07, 0x27, 0x00);
        host.In(BulkOnlyHost.Read10(0, 8), 4096).Data.Should().HaveCount(4096);
    }

    [Fact]
    public void An_image_file_holds_what_was_written_and_a_flush_is_answered_when_it_is_done()
    {
        File.WriteAllBytes(_path, new byte[1 << 20]);
        var data = new byte[4096];
        new Random(7).NextBytes(data);
        using (var host = new BulkOnlyHost(new FileDiskImage(_path)))
        {
            host.Out(BulkOnlyHost.Write10(100, 8), data).Status.Should().Be(0);
            host.In([0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0).Status.Should().Be(0);
            var forced = BulkOnlyHost.Write10(200, 8);
            forced[1] = 0x08;
            host.Out(forced, data).Status.Should().Be(0);
        }

        File.ReadAllBytes(_path)[(100 * 512)..((100 * 512) + 4096)].Should().Equal(data);
        File.ReadAllBytes(_path)[(200 * 512)..((200 * 512) + 4096)].Should().Equal(data);
    }

    [Fact]
    public void An_image_that_was_cut_meanwhile_is_a_medium_error_and_the_disk_goes_on()
    {
        File.WriteAllBytes(_path, new byte[1 << 20]);
        using var host = new BulkOnlyHost(new FileDiskImage(_path, isReadOnly: true));
        using (var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(4096);
        }

        host.In(BulkOnlyHost.Read10(1000, 8), 4096).Status.Should().Be(1);

        host.Sense().Should().Equal(0x03, 0x11, 0x00);
        host.In(BulkOnlyHost.Read10(0, 8), 4096).Status.Should().Be(0);
    }

    [Fact]
    public void A_disk_in_memory_costs_nothing_for_zeros()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var image = new MemoryDiskImage(1L << 34);

        for (var megabyte = 0; megabyte < 1024; megabyte++)
        {
            image.Write((long)megabyte << 20, new byte[512]);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(16 << 20);
    }

    private static byte[] Command(int form, bool isWrite, int block, int count)
    {
        var command = new byte[form switch { 0 => 6, 1 => 10, 2 => 12, _ => 16 }];
        switch (form)
        {
            case 0:
                BinaryPrimitives.WriteUInt32BigEndian(command, (uint)block);
                command[4] = (byte)count;
                break;
            case 1:
                BinaryPrimitives.WriteUInt32BigEndian(command.AsSpan(2), (uint)block);
                BinaryPrimitives.WriteUInt16BigEndian(command.AsSpan(7), (ushort)count);
                break;
            case 2:
                BinaryPrimitives.WriteUInt32BigEndian(command.AsSpan(2), (uint)block);
                BinaryPrimitives.WriteUInt32BigEndian(command.AsSpan(6), (uint)count);
                break;
            default:
                BinaryPrimitives.WriteUInt64BigEndian(command.AsSpan(2), (ulong)block);
                BinaryPrimitives.WriteUInt32BigEndian(command.AsSpan(10), (uint)count);
                break;
        }

        command[0] = (byte)((form switch { 0 => 0x08, 1 => 0x28, 2 => 0xA8, _ => 0x88 }) + (isWrite ? 2 : 0));
        return command;
    }
}
