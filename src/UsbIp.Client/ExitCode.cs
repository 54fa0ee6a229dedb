namespace UsbIp.Client;

/// <summary>How the program ended. The numbers never change; up to 13 they are those of the ecosystem's newer tools. The README lists them.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Success = 0,

    /// <summary>An error that has no number of its own.</summary>
    Failure = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>This user may not do that.</summary>
    Permission = 3,

    /// <summary>The kernel module vhci_hcd is missing or broken.</summary>
    KernelModule = 4,

    /// <summary>The host does not export that device, or nothing is attached to that port.</summary>
    NotFound = 5,

    /// <summary>Another client holds the device.</summary>
    Busy = 6,

    /// <summary>The peer speaks another version of the protocol, or another protocol.</summary>
    ProtocolMismatch = 7,

    /// <summary>The host refuses the connection or cannot be reached, or the connection was lost.</summary>
    Network = 8,

    /// <summary>The host, the kernel or the device did not answer in time.</summary>
    Timeout = 9,

    /// <summary>Every vhci_hcd port of the device's speed is in use.</summary>
    NoFreePort = 10,

    /// <summary>The peer broke the protocol.</summary>
    ProtocolError = 11,

    /// <summary>The device is attached to this machine already.</summary>
    AlreadyRunning = 12,

    /// <summary>The doctor has found something wrong.</summary>
    Unhealthy = 13,

    /// <summary>The host's name does not resolve to an address, and is none.</summary>
    UnknownHost = 14,

    /// <summary>The host refuses, with ST_NA or a status that has no number of its own here.</summary>
    Refused = 15,

    /// <summary>The host says that the device is in an error state (ST_DEV_ERR).</summary>
    DeviceError = 16,

    /// <summary>The user interrupted the program before it was done.</summary>
    Interrupted = 130,
}
