namespace UsbIp.Host;

/// <summary>How the process ended, for scripts. The same numbers as usbip-client's, and as other tools of the field use.</summary>
public enum ExitCode
{
    Success = 0,

    /// <summary>Anything that has no number of its own; the text says what.</summary>
    Failure = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>This user may not do it.</summary>
    Permission = 3,

    /// <summary>A library or a kernel module is missing.</summary>
    Missing = 4,

    /// <summary>No such device.</summary>
    NotFound = 5,

    /// <summary>The device or the port is in use.</summary>
    Busy = 6,

    /// <summary>The other side is of a version that this one does not understand.</summary>
    VersionMismatch = 7,

    /// <summary>An address cannot be reached or listened on.</summary>
    Network = 8,

    Timeout = 9,

    /// <summary>The other side broke the protocol.</summary>
    Protocol = 11,

    /// <summary>A daemon runs already.</summary>
    AlreadyRunning = 12,

    /// <summary>The doctor has found something wrong.</summary>
    Unhealthy = 13,

    Interrupted = 130,
}
