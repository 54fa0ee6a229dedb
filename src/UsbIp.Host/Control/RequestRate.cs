namespace UsbIp.Host.Control;

/// <summary>A bucket of tokens that fills at a steady rate: says how long the next request has to wait. One user at a time.</summary>
internal sealed class RequestRate(int perSecond, TimeProvider time)
{
    private double _tokens = perSecond;
    private long _last = time.GetTimestamp();

    /// <summary>Takes a token; the answer is zero if there was one, else the time until there is.</summary>
    public TimeSpan Take()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(perSecond, _tokens + (time.GetElapsedTime(_last, now).TotalSeconds * perSecond)) - 1;
        _last = now;
        return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / perSecond);
    }
}
