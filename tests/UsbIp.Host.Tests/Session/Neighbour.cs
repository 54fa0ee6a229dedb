using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>A session beside those that a test breaks: whatever happens to them, it goes on. Its data lies in memory that is taken once, since tests measure what is taken.</summary>
internal sealed class Neighbour : IDisposable
{
    private readonly RawClient _client;
    private readonly byte[] _data;
    private uint _seqnum;

    public Neighbour(RunningHost host, string busId, int length = 64)
    {
        host.Export(busId).AnswerAtOnce();
        _client = host.Import(busId);
        _data = new byte[length];
    }

    /// <summary>Writes and reads, and fails unless both are answered as ever.</summary>
    public void GoesOn()
    {
        _client.Submit(Requests.Out(++_seqnum, 2, _data.Length));
        _client.Send(_data);
        ExpectAnswer();
        _client.Submit(Requests.In(++_seqnum, 1, _data.Length));
        ExpectAnswer();
        _client.ReadInto(_data);
    }

    public void Dispose() => _client.Dispose();

    private void ExpectAnswer()
    {
        var reply = _client.ReadSubmitReply();
        if (reply != new SubmitReply(_seqnum, UrbStatus.Ok, _data.Length))
        {
            reply.Should().Be(new SubmitReply(_seqnum, UrbStatus.Ok, _data.Length));
        }
    }
}
