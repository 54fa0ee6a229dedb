using System.Globalization;
using System.Net;
using System.Net.Sockets;
using UsbIp.HostileHost;

// hostile-host PORT: a USB/IP server that grants every import and then sends wrong replies. What is wrong is said by the busid that a
// client imports, see Attack. Prints one line per session: the busid, and how many wrong replies were sent.
var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
listener.Bind(new IPEndPoint(IPAddress.Loopback, int.Parse(args[0], CultureInfo.InvariantCulture)));
listener.Listen();
while (true)
{
    var client = listener.Accept();
    new Thread(() => Serve(client)) { IsBackground = true }.Start();
}

static void Serve(Socket client)
{
    using var session = new HostileSession(client);
    session.Run();
}
