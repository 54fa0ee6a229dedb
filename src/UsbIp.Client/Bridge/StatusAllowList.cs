using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// The statuses with which a host controller of Linux itself ends URBs and packets (kernel: Documentation/driver-api/usb/error-codes.rst).
/// Drivers know these; others they take for success (positive ones) or for a URB still running (-EINPROGRESS).
/// </summary>
internal static class StatusAllowList
{
    /// <summary>The status itself, or -EPROTO in place of one that the kernel's drivers don't expect.</summary>
    public static UrbStatus Filter(UrbStatus status) => status switch
    {
        UrbStatus.Ok
            or UrbStatus.NoEntry
            or UrbStatus.NotRun
            or UrbStatus.NoDevice
            or UrbStatus.Stall
            or UrbStatus.TimerExpired
            or UrbStatus.NoStreamResource
            or UrbStatus.CommunicationError
            or UrbStatus.ProtocolError
            or UrbStatus.Overflow
            or UrbStatus.IllegalSequence
            or UrbStatus.Unlinked
            or UrbStatus.Shutdown
            or UrbStatus.TimedOut
            or UrbStatus.ShortRead => status,
        _ => UrbStatus.ProtocolError,
    };
}
