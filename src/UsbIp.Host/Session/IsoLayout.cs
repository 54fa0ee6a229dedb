using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// Translates between the two layouts of isochronous data: the client's URB, whose packets lie at offsets with holes between them, and the
/// device's transfer, whose packets lie one behind the other.
/// </summary>
public static class IsoLayout
{
    /// <summary>
    /// Whether the client's packets can be served: within the buffer, none longer than the kernel allows, and in ascending order
    /// without overlaps, as every driver lays them out.
    /// </summary>
    public static bool IsServable(ReadOnlySpan<IsoPacket> packets, int bufferLength)
    {
        var end = 0L;
        foreach (var packet in packets)
        {
            if (packet.Offset < end || packet.Length > ProtocolLimits.MaxIsoPacketLength)
            {
                return false;
            }

            end = (long)packet.Offset + packet.Length;
        }

        return end <= bufferLength;
    }

    /// <summary>Gives the transfer its packet lengths and, for OUT, moves the data together. In place: packets only ever move down.</summary>
    public static void Gather(ReadOnlySpan<IsoPacket> packets, UsbTransfer transfer, bool isOut)
    {
        var data = transfer.Data;
        var position = 0;
        for (var index = 0; index < packets.Length; index++)
        {
            var (offset, length) = ((int)packets[index].Offset, (int)packets[index].Length);
            transfer.IsoPackets[index].Length = length;
            if (isOut && offset != position)
            {
                data.Slice(offset, length).CopyTo(data[position..]);
            }

            position += length;
        }
    }

    /// <summary>
    /// Fills the results into the client's packets and, for IN, moves what was received together, as the wire wants it: no holes, packet
    /// order. Returns the bytes received or sent and how many packets failed.
    /// </summary>
    public static (int ActualLength, int ErrorCount) Finish(Span<IsoPacket> packets, UsbTransfer transfer, bool isIn)
    {
        var data = transfer.Data;
        var (slot, total, errors) = (0, 0, 0);
        for (var index = 0; index < packets.Length; index++)
        {
            var result = transfer.IsoPackets[index];
            var actual = Math.Clamp(result.ActualLength, 0, result.Length);
            if (isIn && actual > 0 && slot != total)
            {
                data.Slice(slot, actual).CopyTo(data[total..]);
            }

            packets[index] = packets[index] with { ActualLength = (uint)actual, Status = result.Status };
            slot += result.Length;
            total += actual;
            errors += result.Status == UrbStatus.Ok ? 0 : 1;
        }

        return (total, errors);
    }
}
