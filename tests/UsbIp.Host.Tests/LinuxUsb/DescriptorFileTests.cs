using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.Tests.LinuxUsb;

public sealed class DescriptorFileTests
{
    [Fact]
    public void Every_configuration_is_read()
    {
        byte[] bytes = [.. FakeSysfs.DeviceDescriptor(), .. FakeSysfs.Configuration(1, 1), .. FakeSysfs.Configuration(2, 3)];

        DescriptorFile.TryRead(bytes, out _, out var configurations).Should().BeTrue();

        configurations.Select(one => (one.Value, one.AlternateSettings.Count)).Should().Equal(((byte)1, 1), ((byte)2, 3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(65535)]
    public void A_configuration_is_found_whatever_the_one_before_says_of_its_length(int totalLength)
    {
        byte[] bytes = [.. FakeSysfs.DeviceDescriptor(), .. FakeSysfs.Configuration(1, 1, totalLength), .. FakeSysfs.Configuration(2, 1)];

        DescriptorFile.TryRead(bytes, out _, out var configurations);

        configurations.Select(one => one.Value).Should().Equal(1, 2);
    }

    [Fact]
    public void A_descriptor_of_length_0_ends_the_reading()
    {
        var broken = FakeSysfs.Configuration(1, 1);
        broken[9] = 0;
        byte[] bytes = [.. FakeSysfs.DeviceDescriptor(), .. broken, .. FakeSysfs.Configuration(2, 1)];

        DescriptorFile.TryRead(bytes, out _, out var configurations).Should().BeTrue();

        configurations.Should().ContainSingle().Which.AlternateSettings.Should().BeEmpty();
    }

    [Fact]
    public void No_more_configurations_are_read_than_the_kernel_keeps()
    {
        var bytes = FakeSysfs.DeviceDescriptor().Concat(Enumerable.Range(1, 100).SelectMany(value => FakeSysfs.Configuration((byte)value, 1))).ToArray();

        DescriptorFile.TryRead(bytes, out _, out var configurations);

        configurations.Should().HaveCount(8);
    }

    [Fact]
    public void Anything_cut_off_anywhere_is_read_without_harm()
    {
        byte[] bytes = [.. FakeSysfs.DeviceDescriptor(), .. FakeSysfs.Configuration(1, 2), .. FakeSysfs.Configuration(2, 2)];

        for (var length = 0; length <= bytes.Length; length++)
        {
            DescriptorFile.TryRead(bytes.AsSpan(0, length), out _, out _).Should().Be(length >= 18);
        }
    }

    [Fact]
    public void Random_bytes_are_read_without_harm()
    {
        var random = new Random(20);
        for (var round = 0; round < 2000; round++)
        {
            byte[] bytes = [.. FakeSysfs.DeviceDescriptor(), .. FakeSysfs.Configuration(1, 3), .. FakeSysfs.Configuration(2, 3)];
            for (var change = 0; change < 4; change++)
            {
                bytes[random.Next(18, bytes.Length)] = (byte)random.Next(256);
            }

            DescriptorFile.TryRead(bytes, out _, out var configurations).Should().BeTrue();
            configurations.Count.Should().BeLessThanOrEqualTo(8);
        }
    }
}
