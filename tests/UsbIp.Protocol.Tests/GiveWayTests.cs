using UsbIp.TestKit;

namespace UsbIp.Protocol.Tests;

/// <summary>The question whether a client gives its device to another one, and both answers, against their golden bytes.</summary>
public sealed class GiveWayTests
{
    [Fact]
    public void A_question_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("give_way_question.hex");
        var written = Samples.UsedBuffer(GiveWay.Size);

        GiveWay.WriteQuestion(written, 1, "192.168.1.9:51000");

        written.Should().Equal(golden);
        Messages.Read("give_way_question.hex", golden).Should().Be((1u, "192.168.1.9:51000"));
    }

    [Theory]
    [InlineData("give_way_yes.hex", null)]
    [InlineData("give_way_no.hex", "sdb1 is mounted on /mnt")]
    public void An_answer_reads_and_writes_the_golden_bytes(string fileName, string? reason)
    {
        var golden = Golden.Load(fileName);
        var written = Samples.UsedBuffer(GiveWay.Size);

        GiveWay.WriteAnswer(written, 1, reason);

        written.Should().Equal(golden);
        Messages.Read(fileName, golden).Should().Be((1u, reason));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0xFF)]
    public void An_answer_that_is_neither_yes_nor_no_breaks_the_protocol(byte answer)
    {
        var bytes = Golden.Load("give_way_no.hex");
        bytes[11] = answer;

        var reading = () => GiveWay.ReadAnswer(bytes);

        reading.Should().Throw<ProtocolException>().WithMessage($"Message with seqnum 1: the answer {answer} is neither yes 0 nor no 1.");
    }

    [Theory]
    [InlineData("give_way_question.hex")]
    [InlineData("give_way_yes.hex")]
    [InlineData("give_way_no.hex")]
    public void A_text_without_its_end_breaks_the_protocol(string fileName)
    {
        var bytes = Golden.Load(fileName);
        bytes.AsSpan(ProtocolConstants.UrbHeaderSize).Fill((byte)'x');

        var reading = () => Messages.Read(fileName, bytes);

        reading.Should().Throw<ProtocolException>().WithMessage("*has no NUL within its 128 bytes*");
    }

    [Fact]
    public void A_text_that_is_too_long_is_cut_and_one_that_is_not_printable_is_made_so()
    {
        var bytes = new byte[GiveWay.Size];

        GiveWay.WriteAnswer(bytes, 1, "\u001b[2Jsdb1 is mounted on /mnt/\u00e4" + new string('r', 400));

        GiveWay.ReadAnswer(bytes).Should().StartWith("?[2Jsdb1 is mounted on /mnt/?rrr").And.HaveLength(127);
    }
}
