using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>The kernel must not count on being woken up by a device, which USB/IP can't do.</summary>
public sealed class RemoteWakeupTests : IDisposable
{
    private const byte WithWakeup = 0xA0;
    private const byte Without = 0x80;

    private readonly BridgeRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_configuration_is_shown_without_remote_wakeup_and_otherwise_as_it_is(byte index)
    {
        var seen = Ask(new SetupPacket(0x80, 6, (ushort)(0x0200 | index), 0, 255), Configuration(WithWakeup));

        seen.Should().Equal(Configuration(Without));
    }

    [Fact]
    public void The_first_eight_bytes_are_shown_without_it_too()
    {
        var seen = Ask(new SetupPacket(0x80, 6, 0x0200, 0, 8), Configuration(WithWakeup)[..8]);

        seen.Should().Equal(Configuration(Without)[..8]);
    }

    [Fact]
    public void Fewer_bytes_do_not_have_it()
    {
        var seen = Ask(new SetupPacket(0x80, 6, 0x0200, 0, 7), Configuration(WithWakeup)[..7]);

        seen.Should().Equal(Configuration(WithWakeup)[..7]);
    }

    [Theory]
    [InlineData(0xC0, 6, 0x0200)] // the vendor's own request
    [InlineData(0x81, 6, 0x0200)] // of an interface
    [InlineData(0x80, 6, 0x0300)] // a string
    [InlineData(0x80, 0, 0x0200)] // GET_STATUS
    public void Other_data_is_not_touched(byte requestType, byte request, ushort value)
    {
        var seen = Ask(new SetupPacket(requestType, request, value, 0, 255), Configuration(WithWakeup));

        seen.Should().Equal(Configuration(WithWakeup));
    }

    private static byte[] Configuration(byte attributes) => [9, 2, 18, 0, 1, 1, 0, attributes, 50, 9, 4, 0, 0, 0, 3, 1, 1, 0];

    private byte[] Ask(SetupPacket setup, byte[] answer)
    {
        _rig.Kernel.SubmitIn(0, setup.Length, setup);
        _rig.Host.Receive();
        _rig.Host.ReplyWith(1, answer);
        return _rig.Kernel.Receive()!.Data;
    }
}
