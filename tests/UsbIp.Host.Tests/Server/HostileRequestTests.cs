using UsbIp.Host.Server;
using UsbIp.Host.Tests.Session;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Server;

/// <summary>A connection that is wrong before it has imported anything is closed without a word; the log has one line, which says what was wrong and who it was.</summary>
public sealed class HostileRequestTests
{
    private const string Busid = "312D3200000000000000000000000000" + "00000000000000000000000000000000"; // 1-2

    public static TheoryData<string, string> BrokenRequests => new()
    {
        { "0110800500000000", "version 0x0110" },
        { "0101800300000000" + Busid, "version 0x0101" },
        { "01FF80F200000000", "version 0x01ff" },
        { "0111800600000000", "code 0x8006 with status 0" }, // OP_REQ_EXPORT
        { "0111FFFF00000000", "code 0xffff with status 0" },
        { "0111000500000000", "code 0x0005 with status 0" }, // a reply
        { "0111800500000001", "code 0x8005 with status 1" },
        { "01118003FFFFFFFF" + Busid, "code 0x8003 with status 4294967295" },
        { "011180F280000000", "code 0x80f2 with status 2147483648" },
        { "0111800300000000" + "00000000000000000000000000000000" + "00000000000000000000000000000000", "busid '' is not a busid" },
        { "0111800300000000" + "2E2E2F2E2E2F6574632F706173737764" + "00000000000000000000000000000000", "busid '../../etc/passwd' is not a busid" },
        { "0111800300000000" + "39393939393939393939393939393939" + "39393939393939393939393939393939", "busid has no NUL within its 32 bytes" },
        { "160301000000000000", "TLS" }, // a ClientHello
        { "474554202F204854", "first byte 0x47" }, // GET / HT
        { "0000000100000001" + Busid + "0000000000000000", "first byte 0x00" }, // a CMD_SUBMIT
    };

    [Theory]
    [MemberData(nameof(BrokenRequests))]
    public async Task Broken_request_is_closed_and_one_line_says_what_was_wrong_and_who_sent_it(string hex, string wrong)
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var neighbour = new Neighbour(host, "1-3");
        using var client = host.Connect();

        client.Send(Convert.FromHexString(hex));

        host.WaitForOnlyLine(client).Should().StartWith($"Warning: {client.Name}: closed").And.Contain(wrong).And.NotContain("\n");
        neighbour.GoesOn();
        using var next = host.Import("1-2");
    }

    [Theory]
    [InlineData("312D39", "1-9")]
    [InlineData("1B5B324A0A0D312D32", "?[2J??1-2")] // what would command a terminal
    public async Task Busid_of_no_device_is_answered_and_one_line_says_who_asked_for_what(string busid, string printed)
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var client = host.Connect();

        client.Send(Convert.FromHexString("0111800300000000" + busid.PadRight(64, '0')));

        client.ReadAnswer().Should().Be(OperationStatus.NoDevice);
        host.WaitForOnlyLine(client).Should().Be($"Information: {client.Name} {printed}: import refused with NoDevice.");
    }

    [Fact]
    public async Task Whatever_stands_behind_the_NUL_of_a_busid_means_nothing()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var client = host.Connect();
        var request = new byte[ImportRequest.Size];
        new ImportRequest(BusId.Parse("1-2")).Write(request);
        request.AsSpan(OperationHeader.Size + 4).Fill(0xEE);

        client.Send(request);

        client.ReadAnswer().Should().Be(OperationStatus.Ok);
    }

    [Fact]
    public async Task Silent_connection_is_closed_and_one_line_says_whose_it_was()
    {
        await using var host = new RunningHost(new ServerOptions { FirstByteTime = TimeSpan.FromMilliseconds(300) });
        using var client = host.Connect();

        var line = host.WaitForOnlyLine(client);

        line.Should().StartWith($"Warning: {client.Name}: closed").And.Contain("sent nothing");
    }

    [Fact]
    public async Task Connection_that_only_looks_whether_somebody_listens_is_no_violation()
    {
        await using var host = new RunningHost();
        using var client = host.Connect();

        client.CloseSending();

        host.WaitForOnlyLine(client).Should().StartWith("Debug: ").And.Contain("closed without a byte");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(OperationHeader.Size)]
    [InlineData(ImportRequest.Size - 1)]
    public async Task Request_that_stops_gets_no_more_time_than_silence_and_one_line_says_whose_it_was(int sent)
    {
        await using var host = new RunningHost(new ServerOptions { RequestTime = TimeSpan.FromMilliseconds(300) });
        using var client = host.Connect();
        var request = new byte[ImportRequest.Size];
        new ImportRequest(BusId.Parse("1-2")).Write(request);

        client.Send(request.AsSpan(0, sent));

        host.WaitForOnlyLine(client).Should().StartWith($"Warning: {client.Name}: closed").And.Contain("not complete after");
    }
}
