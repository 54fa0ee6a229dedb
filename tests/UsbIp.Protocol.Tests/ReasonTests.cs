using UsbIp.TestKit;

namespace UsbIp.Protocol.Tests;

/// <summary>What a host of this project tells a client of this project besides yes and no, against its golden bytes.</summary>
public sealed class ReasonTests
{
    private static readonly ImportDetail Refused = new(
        "192.168.1.7:40112", 1_795_262_400_000, 90, 0, 1, "its host does not let clients take it over");

    private static readonly ImportDetail Waiting = Refused with { Place = 2, Waiting = 3, Reason = "" };

    [Fact]
    public void A_refusal_with_its_reason_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("op_rep_import_refused_why.hex");

        var written = Refused.Behind(OperationCode.ImportReply, OperationStatus.DeviceBusy);

        written.Should().Equal(golden);
        Messages.Read("op_rep_import_refused_why.hex", golden).Should().Be(Refused);
        golden[..OperationHeader.Size].Should().Equal(Golden.Load("op_rep_import_refused.hex"), "what others read is what they always read");
    }

    [Fact]
    public void An_op_rep_wait_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("op_rep_wait.hex");

        var written = Waiting.Behind(OperationCode.WaitReply, OperationStatus.DeviceBusy);

        written.Should().Equal(golden);
        Messages.Read("op_rep_wait.hex", golden).Should().Be(Waiting);
    }

    [Fact]
    public void A_farewell_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("farewell.hex");
        var written = Samples.UsedBuffer(Farewell.Size);

        Farewell.Write(written, new Parting("ended on the host: maintenance at noon", TimeSpan.FromMinutes(1)));

        written.Should().Equal(golden);
        Messages.Read("farewell.hex", golden).Should().Be(new Parting("ended on the host: maintenance at noon", TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void No_message_of_usbip_is_a_farewell()
    {
        string[] messages = ["cmd_submit.hex", "cmd_unlink.hex", "ret_submit.hex", "ret_unlink.hex"];

        messages.Should().NotContain(name => Farewell.IsAt(Golden.Load(name)));
    }

    [Fact]
    public void A_detail_with_any_bit_flipped_is_none()
    {
        var detail = new byte[ImportDetail.Size];
        Refused.Write(detail);
        for (var bit = 0; bit < detail.Length * 8; bit++)
        {
            var flipped = detail.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));

            ImportDetail.Read(flipped).Should().BeNull();
        }
    }

    [Fact]
    public void Texts_that_are_too_long_are_cut()
    {
        var farewell = new byte[Farewell.Size];
        var detail = new byte[ImportDetail.Size];

        Farewell.Write(farewell, new Parting(new string('r', 400)));
        (Refused with { Reason = new string('r', 400) }).Write(detail);

        Farewell.Read(farewell).Reason.Should().HaveLength(127);
        ImportDetail.Read(detail)!.Value.Reason.Should().HaveLength(167);
    }
}
