namespace UsbIp.Host.Session;

/// <summary>
/// What a session has moved so far, and how fast it does right now. Counting costs two additions for each URB and takes no lock; <see cref="Sample"/> is
/// called about once a second, by one thread. The rest is for any thread.
/// </summary>
public sealed class SessionTraffic(TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private long _urbs;
    private long _bytes;
    private long _lastBusy = (time ?? TimeProvider.System).GetTimestamp();
    private long _sampledAt = (time ?? TimeProvider.System).GetTimestamp();
    private long _sampledUrbs;
    private long _sampledBytes;
    private double _urbsPerSecond;
    private double _bytesPerSecond;

    /// <summary>URBs that have ended, other than by being cancelled.</summary>
    public long Urbs => Interlocked.Read(ref _urbs);

    /// <summary>Bytes that those have moved, both ways.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Over about the last second.</summary>
    public double UrbsPerSecond => Volatile.Read(ref _urbsPerSecond);

    /// <summary>Over about the last second.</summary>
    public double BytesPerSecond => Volatile.Read(ref _bytesPerSecond);

    /// <summary>How long ago the last URB ended; from the beginning of the session while none has.</summary>
    public TimeSpan Idle => _time.GetElapsedTime(Interlocked.Read(ref _lastBusy));

    /// <summary>A URB has ended.</summary>
    public void Count(int bytes)
    {
        Interlocked.Increment(ref _urbs);
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Exchange(ref _lastBusy, _time.GetTimestamp());
    }

    /// <summary>Sets the rates anew.</summary>
    public void Sample()
    {
        var now = _time.GetTimestamp();
        var seconds = _time.GetElapsedTime(_sampledAt, now).TotalSeconds;
        if (seconds <= 0)
        {
            return;
        }

        var (urbs, bytes) = (Urbs, Bytes);
        Volatile.Write(ref _urbsPerSecond, (urbs - _sampledUrbs) / seconds);
        Volatile.Write(ref _bytesPerSecond, (bytes - _sampledBytes) / seconds);
        (_sampledAt, _sampledUrbs, _sampledBytes) = (now, urbs, bytes);
    }
}
