using UsbIp.Protocol.Descriptors;
using UsbIp.Protocol.Watching;

namespace UsbIp.Protocol.Tests;

/// <summary>Reads any message as the programs do: the header first, then what it announces.</summary>
internal static class Messages
{
    /// <summary>Reads bytes as the kind of message that the golden file of that name holds.</summary>
    public static object? Read(string fileName, byte[] bytes) => fileName switch
    {
        "op_rep_devlist.hex" or "op_rep_devlist_empty.hex" => ReadDeviceList(bytes),
        "op_rep_import_refused_why.hex" or "op_rep_wait.hex" => ReadDetail(bytes),
        "farewell.hex" => Farewell.IsAt(bytes) ? Farewell.Read(bytes) : null,
        "give_way_question.hex" or "give_way_yes.hex" or "give_way_no.hex" => ReadGiveWay(bytes),
        "op_rep_devlist_offer.hex" => ReadOffer(bytes),
        "watch_snapshot.hex" or "watch_overflow.hex" or "watch_heartbeat.hex" or "watch_device.hex" or "watch_event.hex" => ReadWatchFrame(bytes),
        "op_req_devlist.hex" or "op_rep_import_refused.hex" or "op_req_watch.hex" or "op_rep_watch.hex" => OperationHeader.Read(bytes),
        "op_req_import.hex" => ReadImportRequest(bytes),
        "op_rep_import.hex" => ReadImportReply(bytes),
        "device_descriptor.hex" => DeviceDescriptor.TryRead(bytes, out var device) ? device : null,
        "configuration_descriptor.hex" => ConfigurationDescriptor.TryRead(bytes, out var configuration) ? configuration : null,
        _ => ReadUrbMessage(bytes),
    };

    private static IReadOnlyList<ListedDevice> ReadDeviceList(byte[] bytes)
    {
        OperationHeader.Read(bytes);
        return DeviceList.ReadBody(new MemoryStream(bytes[OperationHeader.Size..]));
    }

    private static ImportDetail? ReadDetail(byte[] bytes)
    {
        OperationHeader.Read(bytes);
        return ImportDetail.Read(bytes.AsSpan(OperationHeader.Size));
    }

    private static object ReadOffer(byte[] bytes)
    {
        var stream = new MemoryStream(bytes[OperationHeader.Size..]);
        OperationHeader.Read(bytes);
        var devices = DeviceList.ReadBody(stream);
        var trailer = new byte[ExtensionTail.TrailerSize];
        stream.ReadExactly(trailer);
        return (devices, ExtensionTail.ReadTrailer(trailer));
    }

    /// <summary>As from a stream: what the header does not promise never came.</summary>
    private static object ReadWatchFrame(byte[] bytes)
    {
        var header = WatchFrameHeader.Read(bytes);
        var body = new byte[header.Length];
        new MemoryStream(bytes[WatchFrameHeader.Size..]).ReadExactly(body);
        return header.Kind switch
        {
            WatchFrameKind.Snapshot or WatchFrameKind.Overflow => WatchFrames.ReadNumber(body),
            WatchFrameKind.Device => WatchedDevice.Read(body),
            WatchFrameKind.Event => WatchedEvent.Read(body),
            _ => header,
        };
    }

    private static ImportRequest ReadImportRequest(byte[] bytes)
    {
        OperationHeader.Read(bytes);
        return ImportRequest.ReadBody(bytes.AsSpan(OperationHeader.Size));
    }

    private static DeviceRecord ReadImportReply(byte[] bytes)
    {
        OperationHeader.Read(bytes);
        return DeviceRecord.Read(bytes.AsSpan(OperationHeader.Size));
    }

    private static object? ReadGiveWay(byte[] bytes)
    {
        var header = UrbHeader.Read(bytes);
        return header.Command switch
        {
            UrbCommand.GiveWayQuestion => (header.Seqnum, GiveWay.ReadQuestion(bytes)),
            UrbCommand.GiveWayAnswer => (header.Seqnum, GiveWay.ReadAnswer(bytes)),
            _ => null,
        };
    }

    private static object ReadUrbMessage(byte[] bytes)
    {
        var header = UrbHeader.Read(bytes);
        return header.Command switch
        {
            UrbCommand.Submit => SubmitRequest.Read(header, bytes),
            UrbCommand.Unlink => UnlinkRequest.Read(header, bytes),
            UrbCommand.Ping or UrbCommand.Pong or UrbCommand.GiveWayQuestion or UrbCommand.GiveWayAnswer => header,
            UrbCommand.SubmitReply => SubmitReply.Read(header, bytes),
            _ => UnlinkReply.Read(header, bytes),
        };
    }
}
