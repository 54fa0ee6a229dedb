using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Commands;

public sealed class InspectCommandTests : IDisposable
{
    private readonly CommandRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Descriptors_are_printed_as_lsusb_does()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], SampleDevices.Serve);

        _rig.Run("inspect", host.Address.ToString(), "2-1").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().Be(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "inspect-stick.txt")));
    }

    [Fact]
    public void Programs_get_json()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], SampleDevices.Serve);

        _rig.Run("inspect", host.Address.ToString(), "2-1", "--json").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().Contain("\"manufacturer\":\"SanDisk\"").And.Contain("\"deviceDescriptor\":\"120100030000000981078155000101020301\"");
    }

    [Fact]
    public void A_device_that_refuses_everything_shows_what_its_host_said()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], (session, _) => AnswerAll(session, request => session.Reply(request.Seqnum, UrbStatus.Stall)));

        _rig.Run("inspect", host.Address.ToString(), "2-1").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().StartWith("Bus 002 Device 003: ID 0781:5581 SanDisk Corp. Ultra\n");
    }

    [Theory]
    [InlineData(19, "actual_length 19 is not within the 18 bytes that were asked for")]
    [InlineData(-1, "actual_length -1 is not within the 18 bytes that were asked for")]
    public void A_reply_longer_than_the_request_ends_the_inspection(int length, string reason)
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], (session, _) =>
            AnswerAll(session, request => session.Reply(request.Seqnum, UrbStatus.Ok, length)));

        _rig.Run("inspect", host.Address.ToString(), "2-1").Should().Be(ExitCode.ProtocolError);

        _rig.Remarks.ToString().Should().Contain(reason);
    }

    [Fact]
    public void A_reply_to_another_request_ends_the_inspection()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], (session, _) =>
            AnswerAll(session, request => session.Reply(request.Seqnum + 1, UrbStatus.Stall)));

        _rig.Run("inspect", host.Address.ToString(), "2-1").Should().Be(ExitCode.ProtocolError);
    }

    [Fact]
    public void A_host_that_closes_the_session_is_a_lost_network()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], (session, _) => session.Receive());

        _rig.Run("inspect", host.Address.ToString(), "2-1").Should().Be(ExitCode.Network);
    }

    [Fact]
    public void Random_descriptors_never_break_the_printer()
    {
        var random = new Random(20);
        using var host = FakeHost.Serving([SampleDevices.Stick], (session, _) => AnswerAll(session, request =>
        {
            var bytes = new byte[request.Submit.Setup.Length];
            random.NextBytes(bytes);
            if (bytes.Length > 2 && random.Next(4) > 0)
            {
                bytes[0] = (byte)random.Next(12);
                bytes[1] = (byte)(request.Submit.Setup.Value >> 8);
            }

            session.ReplyWith(request.Seqnum, bytes.AsSpan(0, random.Next(bytes.Length + 1)));
        }));

        for (var round = 0; round < 100; round++)
        {
            _rig.Run("inspect", host.Address.ToString(), "2-1").Should().Be(ExitCode.Success);
        }
    }

    private static void AnswerAll(RawHost session, Action<RawRequest> answer)
    {
        while (session.Receive() is { } request)
        {
            answer(request);
        }
    }
}
