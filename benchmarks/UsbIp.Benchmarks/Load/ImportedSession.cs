using System.Net.Sockets;
using UsbIp.Client.Remote;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Load;

/// <summary>A device of a host, imported and configured as a client's kernel would: ready for load, or to lie idle. Owns its connection.</summary>
internal sealed class ImportedSession : IDisposable
{
    private const byte SetConfiguration = 9;
    private const byte SourceSink = 3;

    private readonly Socket _socket;

    private ImportedSession(Socket socket, LoadGenerator load) => (_socket, Load) = (socket, load);

    public LoadGenerator Load { get; }

    public static ImportedSession Open(HostAddress host, BusId busId)
    {
        using var connection = HostConnection.Connect(host);
        var device = connection.Import(busId);
        var socket = connection.TakeSocket();
        var load = new LoadGenerator(socket, device.DeviceId, LoadStyle.Client);
        load.Control(new SetupPacket(0, SetConfiguration, SourceSink, 0, 0));
        return new ImportedSession(socket, load);
    }

    public void Dispose() => _socket.Dispose();
}
