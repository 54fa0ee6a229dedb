namespace UsbIp.Devices;

/// <summary>Why a device could not be opened.</summary>
public enum UsbFailure
{
    /// <summary>Anything else; the message says what.</summary>
    Other,

    /// <summary>There is no such device (any more).</summary>
    NotFound,

    /// <summary>A kernel driver or a program holds the device and does not let go.</summary>
    Busy,

    /// <summary>This user may not open the device's node.</summary>
    AccessDenied,

    /// <summary>The device is one that cannot be served, such as a hub.</summary>
    NotServable,

    /// <summary>The library or service that reaches devices is missing.</summary>
    BackendMissing,
}

/// <summary>A device or the way to it failed outside a URB; a URB's own failure is a <see cref="UsbIp.Protocol.UrbStatus"/>.</summary>
public sealed class UsbException : Exception
{
    /// <summary>Says which device, what failed, and what to try.</summary>
    public UsbException(UsbFailure failure, string message, string? hint = null)
        : base(message)
    {
        Failure = failure;
        Hint = hint;
    }

    public UsbFailure Failure { get; }

    /// <summary>What the user can try, or null.</summary>
    public string? Hint { get; }
}
