using UsbIp.Protocol;

namespace UsbIp.Host.Usbfs;

/// <summary>What usbfs returns, as a URB's status. Both are Linux errnos, so only what means something else to a client is translated.</summary>
internal static class UsbfsResults
{
    private const int NoEntry = 2; // ENOENT
    private const int NoSuchProcess = 3; // ESRCH: no active configuration
    private const int Busy = 16; // EBUSY
    private const int NoDevice = 19; // ENODEV
    private const int Invalid = 22; // EINVAL
    private const int HostUnreachable = 113; // EHOSTUNREACH: not configured
    private const int LargestErrno = 4095;

    public static UrbStatus FromErrno(int errno) => (UrbStatus)(-errno);

    /// <summary>
    /// The result of a refused submit. On endpoint 0 usbfs refuses recipients that the active configuration does not have (kernel: devio.c,
    /// check_ctrlrecip); a device would have stalled it.
    /// </summary>
    public static UrbStatus FromSubmit(int errno, bool isControl) =>
        isControl && errno is NoEntry or NoSuchProcess or Busy or Invalid or HostUnreachable ? UrbStatus.Stall : FromErrno(errno);

    /// <summary>The result of a request for a configuration or an alternate setting: usbfs says EINVAL where there is none.</summary>
    public static UrbStatus FromSetting(int errno) => errno == Invalid ? UrbStatus.NoEntry : FromErrno(errno);

    /// <summary>
    /// How a URB or a packet ended. -ENOENT says that it was killed: by our cancel, or with its interface. -ENODEV and -ESHUTDOWN both say
    /// that the device is going.
    /// </summary>
    public static UrbStatus FromUrb(int status, bool isCancelled) => status switch
    {
        0 => UrbStatus.Ok,
        -NoEntry => isCancelled ? UrbStatus.Unlinked : UrbStatus.Shutdown,
        -NoDevice => UrbStatus.Shutdown,
        >= -LargestErrno and < 0 => (UrbStatus)status,
        _ => UrbStatus.ProtocolError,
    };
}
