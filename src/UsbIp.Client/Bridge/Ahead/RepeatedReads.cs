using UsbIp.Protocol;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>
/// For drivers that post the same IN read again each time it is answered: keyboards, mice, sensors, serial ports. With one read per round
/// trip a distant device would be asked far less often than it has something to say; so, once the driver has shown that it reads like
/// this, the next reads are posted before it asks. Ends when the driver unlinks a read, reads another length, or the device reports an
/// error; what was read by then is kept for the reads to come, unless the device is told to forget it.
/// </summary>
/// <param name="pipe">The endpoint.</param>
/// <param name="number">Its interface's number.</param>
/// <param name="isBulk">Whether it is a bulk endpoint; else it is an interrupt endpoint.</param>
/// <param name="isForQueues">
/// Whether only a driver counts that has its next read posted when one is answered. That one doesn't decide by what came whether it reads
/// on, as programs of an interface of no known class may.
/// </param>
internal sealed class RepeatedReads(AheadPipe pipe, byte number, bool isBulk, bool isForQueues = false) : AheadPolicy(pipe, number)
{
    /// <summary>Interrupt reads ahead: enough for a report each millisecond over a round trip of 32.</summary>
    private const int InterruptDepth = 32;

    /// <summary>Bulk reads ahead are together this long at most: a host gives a client only so much memory. Longer ones are not read ahead.</summary>
    private const int BulkBytes = 256 * 1024;
    private const int MostBulkDepth = 64;

    /// <summary>Answered reads of one length after which the driver counts as one that goes on.</summary>
    private const int RepeatsToBegin = 2;

    private int _length;
    private int _repeats;
    private uint _newest; // of the driver's reads
    private bool _isRefused; // the host has no memory for more reads than the driver's

    private int Depth => isBulk ? Math.Min(BulkBytes / Math.Max(1, _length), MostBulkDepth) : InterruptDepth;

    private bool MayPost => !_isRefused && _repeats >= RepeatsToBegin && !Pipe.IsCancelling && Pipe.Lead < Depth;

    public override Route Begin(PendingUrb urb)
    {
        var request = urb.Request;
        if (request.BufferLength != _length)
        {
            Stop(request.DeviceId);
            _length = request.BufferLength;
        }

        _newest = request.Seqnum;
        return Pipe.TryTake(urb) ? Route.Keep : Route.Forward;
    }

    public override Sequel End(PendingUrb urb, ReadOnlySpan<byte> data) => MayPost ? Sequel.FollowWithMore : Sequel.None;

    public override BridgeEnd? Follow(PendingUrb urb) => MayPost ? Pipe.Post(urb.Request, Depth - Pipe.Lead) : null;

    public override void Replied(in SubmitRequest request, UrbStatus status)
    {
        if (status != UrbStatus.Ok)
        {
            _isRefused |= status == UrbStatus.NoMemory;
            Stop(request.DeviceId);
        }
        else if (_repeats < RepeatsToBegin && IsOneThatGoesOn(request))
        {
            _repeats++;
        }
    }

    public override void Unlinked(DeviceId device) => Stop(device);

    public override void Restart(DeviceId device)
    {
        _repeats = 0;
        base.Restart(device);
    }

    /// <summary>While own reads are being cancelled, what they still bring says nothing of the driver.</summary>
    private bool IsOneThatGoesOn(in SubmitRequest answered) =>
        _length > 0 && answered.BufferLength == _length && !Pipe.IsCancelling && (!isForQueues || answered.Seqnum != _newest);

    private void Stop(DeviceId device)
    {
        _repeats = 0;
        Pipe.Cancel(device);
    }
}
