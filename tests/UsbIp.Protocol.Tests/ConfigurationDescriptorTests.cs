using UsbIp.Protocol.Descriptors;
using UsbIp.TestKit;

namespace UsbIp.Protocol.Tests;

/// <summary>Devices, and whoever claims to be one, say what they like in their descriptors.</summary>
public sealed class ConfigurationDescriptorTests
{
    private static readonly byte[] Header = [9, 2, 0xFF, 0xFF, 1, 1, 0, 0x80, 50];
    private static readonly byte[] Interface = [9, 4, 0, 0, 1, 0xFF, 0, 0, 0];
    private static readonly byte[] BulkIn = [7, 5, 0x81, 2, 0x00, 0x02, 0];
    private static readonly byte[] Companion = [6, 0x30, 15, 0, 0, 0];

    [Fact]
    public void The_golden_device_descriptor_reads_and_writes()
    {
        var golden = Golden.Load("device_descriptor.hex");
        var expected = new DeviceDescriptor(0x0200, 0xEF, 2, 1, 64, 0x0525, 0xA4A0, 0x0615, 1, 2, 3, 2);
        var written = Samples.UsedBuffer(DeviceDescriptor.Size);

        DeviceDescriptor.TryRead(golden, out var read).Should().BeTrue();
        expected.Write(written);

        read.Should().Be(expected);
        written.Should().Equal(golden);
    }

    [Fact]
    public void The_golden_configuration_is_read_with_every_alternate_setting()
    {
        ConfigurationDescriptor.TryRead(Golden.Load("configuration_descriptor.hex"), out var read).Should().BeTrue();

        read.Should().BeEquivalentTo(
            new ConfigurationDescriptor(3, 4, 0xC0, 50, 1,
            [
                new InterfaceDescriptor(0, 0, 0xFF, 1, 2, 5, []),
                new InterfaceDescriptor(0, 1, 0xFF, 1, 2, 0,
                [
                    new EndpointDescriptor(0x81, TransferType.Bulk, 1024, 0, MaxBurst: 15),
                    new EndpointDescriptor(0x02, TransferType.Isochronous, 0x1400, 4, MaxBurst: 1, CompanionAttributes: 2, BytesPerInterval: 6144),
                ]),
            ]),
            options => options.WithStrictOrdering());
        read!.AlternateSettings[1].Endpoints[1].PacketSize.Should().Be(1024);
        read.AlternateSettings[1].Endpoints[0].IsIn.Should().BeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_descriptor_too_short_for_its_own_head_ends_the_walk(byte length)
    {
        var read = Read(Header, Interface, [length, 5], BulkIn);

        read.AlternateSettings.Should().ContainSingle().Which.Endpoints.Should().BeEmpty();
    }

    [Fact]
    public void A_descriptor_that_reaches_past_the_end_is_left_out()
    {
        var read = Read(Header, Interface, BulkIn, [200, 5, 0x02, 2, 0, 2, 0]);

        read.AlternateSettings.Should().ContainSingle().Which.Endpoints.Should().ContainSingle();
    }

    [Fact]
    public void A_total_length_beyond_the_bytes_at_hand_is_not_believed()
    {
        var read = Read(Header, Interface, BulkIn);

        read.AlternateSettings[0].Endpoints[0].Address.Should().Be(0x81);
    }

    [Fact]
    public void What_lies_behind_the_total_length_is_left_out()
    {
        var read = Read([9, 2, 18, 0, 1, 1, 0, 0x80, 50], Interface, BulkIn);

        read.AlternateSettings.Should().ContainSingle().Which.Endpoints.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(9)]
    public void A_total_length_within_the_header_means_no_interfaces(byte totalLength)
    {
        var read = Read([9, 2, totalLength, 0, 1, 1, 0, 0x80, 50], Interface);

        read.AlternateSettings.Should().BeEmpty();
    }

    [Fact]
    public void An_endpoint_before_any_interface_belongs_to_none()
    {
        var read = Read(Header, BulkIn, Companion, Interface);

        read.AlternateSettings.Should().ContainSingle().Which.Endpoints.Should().BeEmpty();
    }

    [Fact]
    public void A_companion_without_its_endpoint_is_left_out()
    {
        var read = Read(Header, Interface, Companion, BulkIn);

        read.AlternateSettings[0].Endpoints.Should().Equal(new EndpointDescriptor(0x81, TransferType.Bulk, 512, 0));
    }

    [Fact]
    public void An_interface_or_endpoint_shorter_than_the_standard_says_is_left_out()
    {
        var read = Read(Header, [8, 4, 0, 0, 1, 0xFF, 0, 0], Interface, [6, 5, 0x81, 2, 0, 2]);

        read.AlternateSettings.Should().ContainSingle().Which.Endpoints.Should().BeEmpty();
    }

    [Fact]
    public void The_longest_configuration_takes_memory_in_proportion_to_its_bytes()
    {
        var bytes = new byte[ushort.MaxValue];
        Header.CopyTo(bytes, 0);
        for (var at = Header.Length; at + Interface.Length <= bytes.Length; at += Interface.Length)
        {
            Interface.CopyTo(bytes, at);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        ConfigurationDescriptor.TryRead(bytes, out var read).Should().BeTrue();
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;

        read!.AlternateSettings.Should().HaveCount((ushort.MaxValue - 9) / 9);
        taken.Should().BeLessThan(32 * bytes.Length);
    }

    [Theory]
    [InlineData(8, 2)]
    [InlineData(0, 2)]
    [InlineData(9, 1)]
    public void What_does_not_begin_as_a_configuration_is_none(byte length, byte type)
    {
        byte[] bytes = [length, type, 9, 0, 1, 1, 0, 0x80, 50];

        ConfigurationDescriptor.TryRead(bytes, out var read).Should().BeFalse();

        read.Should().BeNull();
    }

    private static ConfigurationDescriptor Read(params byte[][] parts)
    {
        ConfigurationDescriptor.TryRead(parts.SelectMany(part => part).ToArray(), out var configuration).Should().BeTrue();
        return configuration!;
    }
}
