using System.Net.Sockets;
using System.Text;

namespace UsbIp.Host.Tests.Service;

/// <summary>The place where a service manager listens to its services (sd_notify(3)).</summary>
internal sealed class NotifyListener : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("usbip-host-").FullName;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };

    public NotifyListener() => _socket.Bind(new UnixDomainSocketEndPoint(NotifySocket));

    public string NotifySocket => Path.Combine(_directory, "notify");

    /// <summary>The next message.</summary>
    public string Hear()
    {
        var message = new byte[4096];
        return Encoding.UTF8.GetString(message, 0, _socket.Receive(message));
    }

    /// <summary>Hears messages until that one comes.</summary>
    public void HearUntil(string message)
    {
        while (Hear() != message)
        {
            // the ones before it
        }
    }

    /// <summary>The next message that begins so.</summary>
    public string HearNext(string beginning)
    {
        while (true)
        {
            if (Hear() is { } message && message.StartsWith(beginning, StringComparison.Ordinal))
            {
                return message;
            }
        }
    }

    /// <summary>All messages that are there.</summary>
    public IReadOnlyList<string> HearWhatIsThere()
    {
        var messages = new List<string>();
        while (_socket.Poll(0, SelectMode.SelectRead))
        {
            messages.Add(Hear());
        }

        return messages;
    }

    public void Dispose()
    {
        _socket.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
