using System.Buffers.Binary;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Session;

/// <summary>CMD_UNLINK with every field wrong.</summary>
public sealed class HostileUnlinkTests
{
    [Theory]
    [InlineData("devid", 0x08, 0xFFFFFFFF)]
    [InlineData("devid", 0x08, 0)]
    [InlineData("direction", 0x0C, 2)]
    [InlineData("ep", 0x10, 16)]
    [InlineData("ep", 0x10, 0xFFFFFFFF)]
    public async Task Broken_field_of_an_unlink_ends_the_session_and_the_log_names_it(string field, int offset, uint value)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        client.Submit(Requests.In(1, 1, 64));
        device.NextSubmitted();
        var bytes = new byte[UnlinkRequest.Size];
        new UnlinkRequest(2, client.DeviceId, TargetSeqnum: 1).Write(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), value);

        client.Send(bytes);

        host.WaitForOnlyComplaint("1-2", client).Should().Contain("ended by ProtocolViolation").And.Contain(field);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)] // the unlink itself
    [InlineData(uint.MaxValue)]
    public async Task Unlink_of_a_target_that_is_none_leaves_every_urb_alone(uint target)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        client.Submit(Requests.In(1, 1, 64));
        var transfer = device.NextSubmitted();

        client.Unlink(2, target);

        client.ReadUnlinkReply().Should().Be(new UnlinkReply(2, UrbStatus.Ok));
        device.Complete(transfer, UrbStatus.Ok, 0);
        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 0));
    }
}
