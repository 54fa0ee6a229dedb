namespace UsbIp.Protocol;

/// <summary>The peer broke the protocol: its session ends, nobody else's does.</summary>
public sealed class ProtocolException : Exception
{
    /// <summary>Says what was broken: the message, the field, its value and the limit.</summary>
    public ProtocolException(string message)
        : base(message)
    {
    }
}
