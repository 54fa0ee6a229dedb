using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Doubles;

/// <summary>A host that offers to be watched, and then tells its watcher the bytes that a test wants told.</summary>
internal static class WatchedHost
{
    /// <param name="story">What follows OP_REQ_WATCH, the reply's header included.</param>
    /// <param name="hold">Keeps the connection open behind the story until it is set; null closes at once.</param>
    public static FakeHost Telling(byte[] story, ManualResetEventSlim? hold = null) => FakeHost.Conversing((stream, request) =>
    {
        if (OperationHeader.Read(request).Code == OperationCode.DeviceListRequest)
        {
            stream.Write(DeviceList.Write([SampleDevices.Stick], Extensions.Watch));
            return;
        }

        stream.Write(story);
        hold?.Wait(TimeSpan.FromSeconds(20));
    });
}
