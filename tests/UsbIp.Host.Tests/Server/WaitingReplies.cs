using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Server;

/// <summary>What a host says to a client that it refuses, or that waits for a device.</summary>
internal static class WaitingReplies
{
    public static ImportDetail ReadDetail(this RawClient client) => ImportDetail.Read(client.Read(ImportDetail.Size))!.Value;

    public static int ReadPlace(this RawClient client)
    {
        OperationHeader.Read(client.Read(OperationHeader.Size)).Should().Be(new OperationHeader(OperationCode.WaitReply, OperationStatus.DeviceBusy));
        return client.ReadDetail().Place;
    }

    public static DeviceRecord ReadUntilGranted(this RawClient client)
    {
        client.ReadUntilAnswered().Should().Be(OperationStatus.Ok);
        return DeviceRecord.Read(client.Read(DeviceRecord.Size));
    }

    public static OperationStatus ReadUntilAnswered(this RawClient client)
    {
        while (true)
        {
            var header = OperationHeader.Read(client.Read(OperationHeader.Size));
            if (header.Code == OperationCode.ImportReply)
            {
                return header.Status;
            }

            client.ReadDetail();
        }
    }
}
