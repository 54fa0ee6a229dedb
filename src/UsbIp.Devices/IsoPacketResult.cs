using UsbIp.Protocol;

namespace UsbIp.Devices;

/// <summary>
/// One packet of an isochronous transfer. Packets lie in the transfer's buffer one behind the other, each <see cref="Length"/> bytes wide,
/// whatever <see cref="ActualLength"/> says afterwards (as in libusb).
/// </summary>
public struct IsoPacketResult
{
    /// <summary>Bytes asked for, or to be sent.</summary>
    public int Length { get; set; }

    /// <summary>Bytes transferred.</summary>
    public int ActualLength { get; set; }

    public UrbStatus Status { get; set; }
}
