using System.Net.Sockets;
using System.Text;
using UsbIp.Host.Control;

namespace UsbIp.Host.Tests.Control;

/// <summary>The other end of a control connection, which sends whatever a test wants it to.</summary>
internal sealed class ControlPeer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified) { ReceiveTimeout = 20_000, SendTimeout = 20_000 };

    public ControlPeer(string path) => _socket.Connect(new UnixDomainSocketEndPoint(path));

    public static byte[] Request(ushort opcode, string json, uint sequence = 1)
    {
        var record = new byte[ControlHeader.Size + Encoding.UTF8.GetByteCount(json)];
        new ControlHeader(ControlKind.Request, (ControlOpcode)opcode, ControlFlags.None, sequence, record.Length - ControlHeader.Size).Write(record);
        Encoding.UTF8.GetBytes(json, record.AsSpan(ControlHeader.Size));
        return record;
    }

    public static byte[] Hello() => Request((ushort)ControlOpcode.Hello, """{"program":"test","version":"1"}""");

    public static ControlPeer Greeted(string path)
    {
        var peer = new ControlPeer(path);
        peer.Send(Hello());
        peer.Receive().Header.Kind.Should().Be(ControlKind.Reply);
        return peer;
    }

    public void Send(byte[] record) => _socket.Send(record);

    public bool CanSend(byte[] record)
    {
        try
        {
            _socket.Blocking = false;
            return _socket.Send(record) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
        finally
        {
            _socket.Blocking = true;
        }
    }

    public (ControlHeader Header, string Body) Receive()
    {
        var record = new byte[ControlHeader.Size + ControlHeader.MaxBody + 1];
        var size = _socket.Receive(record);
        return (ControlHeader.Read(record.AsSpan(0, size)), Encoding.UTF8.GetString(record, ControlHeader.Size, size - ControlHeader.Size));
    }

    /// <summary>Waits for the daemon to close the connection; records that it still sent are dropped.</summary>
    public void ShouldBeClosed()
    {
        var record = new byte[ControlHeader.Size + ControlHeader.MaxBody + 1];
        try
        {
            while (_socket.Receive(record) > 0)
            {
                // an answer from before
            }
        }
        catch (SocketException exception)
        {
            exception.SocketErrorCode.Should().BeOneOf(SocketError.ConnectionReset, SocketError.Shutdown);
        }
    }

    public void Dispose() => _socket.Dispose();
}
