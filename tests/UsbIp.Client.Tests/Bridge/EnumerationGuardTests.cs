using UsbIp.Client.Bridge;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>A host can't show the kernel another device than the one that was imported.</summary>
public sealed class EnumerationGuardTests : IDisposable
{
    private static readonly byte[] Descriptor =
        [18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x25, 0x05, 0xA0, 0xA4, 0x00, 0x01, 1, 2, 3, 1];

    private readonly BridgeRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(64)]
    [InlineData(18)]
    public void The_imported_devices_own_descriptor_passes(int asked)
    {
        Ask(asked);
        _rig.Host.ReplyWith(1, Descriptor);

        _rig.Kernel.Receive()!.Data.Should().Equal(Descriptor);
    }

    [Fact]
    public void The_first_eight_bytes_pass()
    {
        Ask(8);
        _rig.Host.ReplyWith(1, Descriptor.AsSpan(0, 8));

        _rig.Kernel.Receive()!.Data.Should().HaveCount(8);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    public void Another_vendor_or_product_is_unplugged_before_the_kernel_sees_it(int changed)
    {
        var other = Descriptor.ToArray();
        other[changed] ^= 0x01;
        Ask(18);

        _rig.Host.ReplyWith(1, other);

        _rig.End().Kind.Should().Be(BridgeEndKind.HostBrokeProtocol);
        _rig.End().Reason.Should().Contain("imported was 0525:a4a0");
        _rig.ExpectUnplug();
    }

    [Fact]
    public void Other_control_requests_are_the_devices_business()
    {
        _rig.Kernel.SubmitIn(0, 64, new SetupPacket(0xC0, 6, 0x0100, 0, 64));
        _rig.Host.Receive();
        _rig.Host.ReplyWith(1, new byte[18]);

        _rig.Kernel.Receive()!.Data.Should().HaveCount(18);
    }

    private void Ask(int length)
    {
        _rig.Kernel.SubmitIn(0, length, new SetupPacket(0x80, 6, 0x0100, 0, (ushort)length));
        _rig.Host.Receive();
    }
}
