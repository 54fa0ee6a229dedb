using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>A message that ends at any of its bytes costs its own connection and one log line; the device is there for the next, and others go on.</summary>
public sealed class TruncatedMessageTests
{
    [Theory]
    [InlineData("OP_REQ_DEVLIST")]
    [InlineData("OP_REQ_IMPORT")]
    [InlineData("OP_REQ_IMPORT with an offer")]
    [InlineData("OP_REQ_WATCH")]
    public async Task Request_may_end_at_any_byte(string message)
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var neighbour = new Neighbour(host, "1-3");
        var request = Request(message);

        for (var cut = 1; cut < request.Length; cut++)
        {
            using var client = host.Connect();
            client.Send(request.AsSpan(0, cut));
            client.CloseSending();

            host.WaitForOnlyLine(client).Should().StartWith("Warning: ").And.Contain($"inside its request, after {cut} bytes");
            neighbour.GoesOn();
            using (host.Import("1-2"))
            {
            }

            host.WaitUntilFree("1-2");
        }
    }

    [Theory]
    [InlineData("CMD_SUBMIT in")]
    [InlineData("CMD_SUBMIT out with data")]
    [InlineData("CMD_SUBMIT control out with data")]
    [InlineData("CMD_SUBMIT isochronous in with packets")]
    [InlineData("CMD_SUBMIT isochronous out with data and packets")]
    [InlineData("CMD_SUBMIT to no endpoint with data")]
    [InlineData("CMD_UNLINK")]
    public async Task Message_of_a_session_may_end_at_any_byte(string message)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        device.AnswerNothing();
        using var neighbour = new Neighbour(host, "1-3");
        var length = int.MaxValue;

        for (var cut = 0; cut <= length; cut++)
        {
            using var client = host.Import("1-2");
            client.Submit(Requests.In(1, 1, 64)); // in flight when the message ends; CMD_UNLINK's target
            Eventually.Holds(() => device.TransfersOut == 1, "the device to have the first transfer");
            var bytes = Message(message, client);
            length = bytes.Length;
            client.Send(bytes.AsSpan(0, cut));
            client.CloseSending();

            host.WaitUntilFree("1-2");
            host.ComplaintsOf(client).Should().HaveCount(cut == 0 || cut == length ? 0 : 1, "byte {0} of {1}", cut, length)
                .And.NotContain(line => !line.Contains("closed the connection inside a ", StringComparison.Ordinal));
            device.TransfersAlive.Should().Be(0);
            neighbour.GoesOn();
        }

        using var next = host.Import("1-2");
    }

    private static byte[] Request(string message)
    {
        var bytes = new byte[message.StartsWith("OP_REQ_IMPORT", StringComparison.Ordinal) ? ImportRequest.Size : OperationHeader.Size];
        switch (message)
        {
            case "OP_REQ_DEVLIST":
                new OperationHeader(OperationCode.DeviceListRequest, OperationStatus.Ok).Write(bytes);
                break;
            case "OP_REQ_WATCH":
                new OperationHeader(OperationCode.WatchRequest, OperationStatus.Ok).Write(bytes);
                break;
            case "OP_REQ_IMPORT":
                new ImportRequest(BusId.Parse("1-2")).Write(bytes);
                break;
            default:
                new ImportRequest(BusId.Parse("1-2"), Extensions.Reasons | Extensions.Wait | Extensions.BulkOnlyOrder).Write(bytes);
                break;
        }

        return bytes;
    }

    private static byte[] Message(string message, RawClient client) => message switch
    {
        "CMD_SUBMIT in" => client.Bytes(Requests.In(2, 1, 64)),
        "CMD_SUBMIT out with data" => client.Bytes(Requests.Out(2, 2, 20), new byte[20]),
        "CMD_SUBMIT control out with data" => client.Bytes(Requests.Control(2, 0x40, 1, length: 4), new byte[4]),
        "CMD_SUBMIT isochronous in with packets" => client.Bytes(Requests.Iso(2, UrbDirection.In, 4, 32, 2), [], [new(0, 16), new(16, 16)]),
        "CMD_SUBMIT isochronous out with data and packets" => client.Bytes(Requests.Iso(2, UrbDirection.Out, 5, 32, 2), new byte[32], [new(0, 16), new(16, 16)]),
        "CMD_SUBMIT to no endpoint with data" => client.Bytes(Requests.Out(2, 9, 20), new byte[20]),
        _ => Unlink(client.DeviceId),
    };

    private static byte[] Unlink(DeviceId device)
    {
        var bytes = new byte[UnlinkRequest.Size];
        new UnlinkRequest(2, device, TargetSeqnum: 1).Write(bytes);
        return bytes;
    }
}
