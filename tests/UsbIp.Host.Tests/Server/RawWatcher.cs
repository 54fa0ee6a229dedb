using UsbIp.Protocol;
using UsbIp.Protocol.Watching;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Server;

/// <summary>Watches a host over bytes of its own.</summary>
internal sealed class RawWatcher : IDisposable
{
    public RawWatcher(RunningHost host)
    {
        Client = host.Connect();
        var request = new byte[OperationHeader.Size];
        new OperationHeader(OperationCode.WatchRequest, OperationStatus.Ok).Write(request);
        Client.Send(request);
        Status = OperationHeader.Read(Client.Read(OperationHeader.Size)).Status;
    }

    public RawClient Client { get; }

    public OperationStatus Status { get; }

    /// <summary>The next frame, heartbeats left out.</summary>
    public (WatchFrameKind Kind, byte[] Body) Read()
    {
        while (true)
        {
            var header = WatchFrameHeader.Read(Client.Read(WatchFrameHeader.Size));
            var body = Client.Read(header.Length);
            if (header.Kind != WatchFrameKind.Heartbeat)
            {
                return (header.Kind, body);
            }
        }
    }

    public IReadOnlyList<WatchedDevice> ReadSnapshot()
    {
        var (kind, body) = Read();
        kind.Should().Be(WatchFrameKind.Snapshot);
        return [.. Enumerable.Range(0, (int)WatchFrames.ReadNumber(body)).Select(_ => WatchedDevice.Read(Read().Body))];
    }

    /// <summary>The next event, as a line: kind, busid, reason.</summary>
    public string ReadEvent()
    {
        var (kind, body) = Read();
        kind.Should().Be(WatchFrameKind.Event);
        var what = WatchedEvent.Read(body);
        return $"{what.Kind} {what.Device.BusId} {what.Device.State}".TrimEnd();
    }

    public void Dispose() => Client.Dispose();
}
