namespace UsbIp.Protocol;

/// <summary>How a URB ended: 0 or a negative Linux errno, on the wire of every operating system (kernel: Documentation/driver-api/usb/error-codes.rst).</summary>
public enum UrbStatus
{
    Ok = 0,

    /// <summary>-ENOENT: no such endpoint, or killed by its owner.</summary>
    NoEntry = -2,

    /// <summary>-ENOMEM: over the memory budget.</summary>
    NoMemory = -12,

    /// <summary>-EBUSY.</summary>
    Busy = -16,

    /// <summary>-EXDEV: an isochronous packet did not run in its frame.</summary>
    NotRun = -18,

    /// <summary>-ENODEV: the device is gone.</summary>
    NoDevice = -19,

    /// <summary>-EINVAL.</summary>
    Invalid = -22,

    /// <summary>-EPIPE: the endpoint stalled.</summary>
    Stall = -32,

    /// <summary>-ETIME.</summary>
    TimerExpired = -62,

    /// <summary>-ENOSR: buffer error.</summary>
    NoStreamResource = -63,

    /// <summary>-ECOMM: buffer error.</summary>
    CommunicationError = -70,

    /// <summary>-EPROTO: an error on the bus.</summary>
    ProtocolError = -71,

    /// <summary>-EOVERFLOW: the device sent more than was asked for (babble).</summary>
    Overflow = -75,

    /// <summary>-EILSEQ: CRC error.</summary>
    IllegalSequence = -84,

    /// <summary>-EOPNOTSUPP.</summary>
    NotSupported = -95,

    /// <summary>-ECONNRESET: unlinked.</summary>
    Unlinked = -104,

    /// <summary>-ESHUTDOWN: the device or its interface is being shut down.</summary>
    Shutdown = -108,

    /// <summary>-ETIMEDOUT.</summary>
    TimedOut = -110,

    /// <summary>-EREMOTEIO: a short read although URB_SHORT_NOT_OK was set.</summary>
    ShortRead = -121,
}
