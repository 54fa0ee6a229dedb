using UsbIp.TestKit;

namespace UsbIp.Protocol.Tests;

/// <summary>The question of a session whether the host is there, and the answer, against their golden bytes.</summary>
public sealed class HeartbeatTests
{
    [Fact]
    public void A_ping_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("ping.hex");
        var written = Samples.UsedBuffer(Heartbeat.Size);

        Heartbeat.WritePing(written, 7);

        written.Should().Equal(golden);
        Messages.Read("ping.hex", golden).Should().Be(new UrbHeader(UrbCommand.Ping, 7, default, UrbDirection.Out, 0));
    }

    [Fact]
    public void A_pong_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("pong.hex");
        var written = Samples.UsedBuffer(Heartbeat.Size);

        Heartbeat.WritePong(written, 7);

        written.Should().Equal(golden);
        Messages.Read("pong.hex", golden).Should().Be(new UrbHeader(UrbCommand.Pong, 7, default, UrbDirection.Out, 0));
    }

    [Fact]
    public void Whatever_stands_behind_the_seqnum_does_not_matter()
    {
        var bytes = Golden.Load("pong.hex");
        bytes.AsSpan(8).Fill(0xFF);

        UrbHeader.Read(bytes).Should().Be(new UrbHeader(UrbCommand.Pong, 7, default, UrbDirection.Out, 0));
    }
}
