using UsbIp.Protocol;

namespace UsbIp.Host.LibUsb;

/// <summary>enum libusb_error: what a call of libusb returns.</summary>
internal enum LibUsbError
{
    Success = 0,
    Io = -1,
    InvalidParameter = -2,
    Access = -3,
    NoDevice = -4,
    NotFound = -5,
    Busy = -6,
    Timeout = -7,
    Overflow = -8,
    Pipe = -9,
    Interrupted = -10,
    NoMemory = -11,
    NotSupported = -12,
    Other = -99,
}

/// <summary>enum libusb_transfer_status: how a transfer or an isochronous packet ended.</summary>
internal enum LibUsbTransferStatus
{
    Completed = 0,
    Error = 1,
    TimedOut = 2,
    Cancelled = 3,
    Stall = 4,
    NoDevice = 5,
    Overflow = 6,
}

/// <summary>libusb's results as the Linux errno that a USB/IP reply carries.</summary>
internal static class LibUsbResults
{
    /// <summary>The result of a call that is no submit: configuration, alternate setting, halt.</summary>
    public static UrbStatus ToUrbStatus(this LibUsbError error) => error switch
    {
        >= LibUsbError.Success => UrbStatus.Ok,
        LibUsbError.InvalidParameter => UrbStatus.Invalid,
        LibUsbError.NoDevice => UrbStatus.NoDevice,
        LibUsbError.NotFound => UrbStatus.NoEntry,
        LibUsbError.Busy => UrbStatus.Busy,
        LibUsbError.Timeout => UrbStatus.TimedOut,
        LibUsbError.Overflow => UrbStatus.Overflow,
        LibUsbError.Pipe => UrbStatus.Stall,
        LibUsbError.NoMemory => UrbStatus.NoMemory,
        LibUsbError.NotSupported => UrbStatus.NotSupported,
        _ => UrbStatus.ProtocolError,
    };

    /// <summary>
    /// The result of a refused submit. On endpoint 0 an I/O error is usbfs refusing a recipient that the active configuration does not
    /// have (kernel: devio.c, check_ctrlrecip); a device would have stalled it.
    /// </summary>
    public static UrbStatus ToSubmitStatus(this LibUsbError error, byte endpointAddress) =>
        error == LibUsbError.Io && (endpointAddress & 0x0F) == 0 ? UrbStatus.Stall : error.ToUrbStatus();

    public static UrbStatus ToUrbStatus(this LibUsbTransferStatus status) => status switch
    {
        LibUsbTransferStatus.Completed => UrbStatus.Ok,
        LibUsbTransferStatus.TimedOut => UrbStatus.TimedOut,
        LibUsbTransferStatus.Cancelled => UrbStatus.Unlinked,
        LibUsbTransferStatus.Stall => UrbStatus.Stall,
        LibUsbTransferStatus.NoDevice => UrbStatus.Shutdown,
        LibUsbTransferStatus.Overflow => UrbStatus.Overflow,
        _ => UrbStatus.ProtocolError,
    };
}
