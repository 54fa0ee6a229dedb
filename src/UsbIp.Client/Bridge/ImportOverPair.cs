using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// The import as it goes over the socketpair. The bridge's end plays the USB/IP server, for the one device that the real host has granted,
/// so that the end which the kernel gets is what vhci_hcd expects: a session past its import, with no byte left in it, which vhci_rx would
/// take for a header. Both messages fit into the pair's buffers, so one thread may ask and answer.
/// </summary>
public static class ImportOverPair
{
    /// <summary>Sends OP_REQ_IMPORT.</summary>
    public static void Ask(Socket kernelEnd, BusId busId)
    {
        Span<byte> message = stackalloc byte[ImportRequest.Size];
        new ImportRequest(busId).Write(message);
        kernelEnd.Send(message);
    }

    /// <summary>Reads OP_REQ_IMPORT and answers it: with the grant, or with ST_NODEV for any other busid.</summary>
    /// <exception cref="ProtocolException">What came is no OP_REQ_IMPORT, or it asks for another device.</exception>
    public static void Answer(Socket bridgeEnd, DeviceRecord granted)
    {
        using var stream = new NetworkStream(bridgeEnd, ownsSocket: false);
        Span<byte> message = stackalloc byte[ImportReply.Size];
        stream.ReadExactly(message[..ImportRequest.Size]);
        var header = OperationHeader.Read(message);
        if (header.Code != OperationCode.ImportRequest)
        {
            throw new ProtocolException($"Operation message: code 0x{(ushort)header.Code:x4} is not OP_REQ_IMPORT 0x{(ushort)OperationCode.ImportRequest:x4}.");
        }

        var request = ImportRequest.ReadBody(message[OperationHeader.Size..ImportRequest.Size]);
        if (request.BusId != granted.BusId)
        {
            ImportReply.WriteRefusal(message, OperationStatus.NoDevice);
            stream.Write(message[..OperationHeader.Size]);
            throw new ProtocolException($"OP_REQ_IMPORT: busid {request.BusId} is not {granted.BusId}, which the host granted.");
        }

        ImportReply.WriteGrant(message, granted);
        stream.Write(message);
    }

    /// <summary>Reads OP_REP_IMPORT, all 320 bytes of it.</summary>
    /// <exception cref="ProtocolException">It is no grant, or one for another device.</exception>
    public static DeviceRecord ReadGrant(Socket kernelEnd, BusId busId)
    {
        using var stream = new NetworkStream(kernelEnd, ownsSocket: false);
        Span<byte> message = stackalloc byte[ImportReply.Size];
        stream.ReadExactly(message[..OperationHeader.Size]);
        var header = OperationHeader.Read(message);
        if (header.Code != OperationCode.ImportReply || header.Status != OperationStatus.Ok)
        {
            throw new ProtocolException(
                $"OP_REP_IMPORT: code 0x{(ushort)header.Code:x4} with status {(uint)header.Status} does not grant {busId}.");
        }

        stream.ReadExactly(message[OperationHeader.Size..]);
        var device = DeviceRecord.Read(message[OperationHeader.Size..]);
        return device.BusId == busId
            ? device
            : throw new ProtocolException($"OP_REP_IMPORT: busid {device.BusId} is not {busId}, which was asked for.");
    }
}
