using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Session;

/// <summary>What to do with a CMD_SUBMIT whose framing is known.</summary>
/// <param name="Type">The endpoint's transfer type.</param>
/// <param name="Length">Bytes of the transfer's data stage.</param>
/// <param name="PayloadLength">Bytes that follow the header before any packet descriptors.</param>
/// <param name="IsoPackets">Packet descriptors that follow the payload.</param>
/// <param name="Refusal">The status to answer at once, after draining what follows; <see cref="UrbStatus.Ok"/> runs the URB.</param>
public readonly record struct SubmitVerdict(TransferType Type, int Length, int PayloadLength, int IsoPackets, UrbStatus Refusal = UrbStatus.Ok);

/// <summary>
/// Decides on a CMD_SUBMIT before a byte of memory is taken for it. What is merely wrong is refused with a status, after its payload is drained
/// so that the stream stays in step; where not even the framing can be known, the session ends.
/// </summary>
public sealed class SubmitValidator(DeviceId device, EndpointTable endpoints, SessionLimits limits)
{
    /// <param name="request">The request.</param>
    /// <param name="settingsMayChange">A SET_INTERFACE or SET_CONFIGURATION is still under way: endpoints that it will bring are let through.</param>
    /// <exception cref="ProtocolException">The request belongs to another device, or nobody can know where it ends.</exception>
    public SubmitVerdict Check(in SubmitRequest request, bool settingsMayChange)
    {
        RequireOurDevice(request.Seqnum, request.DeviceId);
        if (request.BufferLength < 0 || request.BufferLength > limits.MaxDrainedLength)
        {
            throw new ProtocolException(
                $"CMD_SUBMIT seqnum {request.Seqnum}: transfer_buffer_length {request.BufferLength} is not within 0..{limits.MaxDrainedLength}.");
        }

        var payload = request.Direction == UrbDirection.Out ? request.BufferLength : 0;
        var current = endpoints.Find(request.EndpointAddress);
        var type = current ?? endpoints.FindInAnySetting(request.EndpointAddress);
        var verdict = type switch
        {
            TransferType.Control => CheckControl(request, payload),
            TransferType.Isochronous => CheckIso(request, payload),
            null => CheckUnknown(request, payload),
            _ => new SubmitVerdict(type.Value, request.BufferLength, payload, 0),
        };
        if (verdict.Refusal == UrbStatus.Ok && current is null && !settingsMayChange)
        {
            return verdict with { Refusal = UrbStatus.NoEntry };
        }

        return verdict.Refusal == UrbStatus.Ok && request.BufferLength > limits.MaxTransferLength
            ? verdict with { Refusal = UrbStatus.NoMemory }
            : verdict;
    }

    /// <exception cref="ProtocolException">The devid is not that of the imported device.</exception>
    public void RequireOurDevice(uint seqnum, DeviceId asked)
    {
        if (asked != device)
        {
            throw new ProtocolException($"Request with seqnum {seqnum}: devid {asked} is not the imported device's {device}.");
        }
    }

    private static SubmitVerdict CheckControl(in SubmitRequest request, int payload)
    {
        var setup = request.Setup;
        var verdict = new SubmitVerdict(TransferType.Control, setup.Length, payload, 0);
        var isIn = setup.IsIn && setup.Length > 0;
        if (isIn != (request.Direction == UrbDirection.In) && setup.Length > 0)
        {
            return verdict with { Refusal = UrbStatus.Invalid };
        }

        // Linux sends wLength == transfer_buffer_length; Windows clients may have a longer buffer. Less is a broken request:
        // the device would wait for data that nobody has, or answer more than was asked for.
        return request.BufferLength < setup.Length ? verdict with { Refusal = UrbStatus.Invalid } : verdict;
    }

    private static SubmitVerdict CheckIso(in SubmitRequest request, int payload)
    {
        if (request.PacketCount is < 0 or > ProtocolLimits.MaxIsoPackets)
        {
            throw new ProtocolException(
                $"CMD_SUBMIT seqnum {request.Seqnum}: number_of_packets {request.PacketCount} is not within 0..{ProtocolLimits.MaxIsoPackets}.");
        }

        var verdict = new SubmitVerdict(TransferType.Isochronous, request.BufferLength, payload, request.PacketCount);
        return request.PacketCount == 0 ? verdict with { Refusal = UrbStatus.Invalid } : verdict;
    }

    private static SubmitVerdict CheckUnknown(in SubmitRequest request, int payload)
    {
        if (request.PacketCount is not (0 or -1))
        {
            throw new ProtocolException(
                $"CMD_SUBMIT seqnum {request.Seqnum}: the device has no endpoint 0x{request.EndpointAddress:x2}, and with number_of_packets "
                + $"{request.PacketCount} nobody can know where the request ends.");
        }

        return new SubmitVerdict(TransferType.Bulk, request.BufferLength, payload, 0, UrbStatus.NoEntry);
    }
}
