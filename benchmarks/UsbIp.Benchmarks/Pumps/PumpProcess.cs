using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Bridge;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Pumps;

/// <summary>
/// What this program is when it is started by itself: one pump or one bridge, in a process of its own so that its CPU and memory can be told from the load
/// generator's. Each says on its standard output what it serves or that it is ready, and ends with its connections.
/// </summary>
internal static class PumpProcess
{
    public const string Answer = "answer";
    public const string Copy = "copy-bridge";
    public const string Shield = "urb-bridge";

    /// <summary>The device that the bridge is told of. Loads never ask for its descriptors.</summary>
    public static DeviceRecord Device { get; } = new()
    {
        Path = "/virtual/1-1",
        BusId = BusId.Parse("1-1"),
        BusNumber = 1,
        DeviceNumber = 1,
        Speed = UsbSpeed.Super,
        VendorId = 0x0525,
        ProductId = 0xA4A0,
        DeviceRelease = 0x0100,
        DeviceClass = 0xFF,
        DeviceSubClass = 0,
        DeviceProtocol = 0,
        ConfigurationValue = 3,
        ConfigurationCount = 1,
        InterfaceCount = 1,
    };

    /// <summary>Answers each connection on a thread of its own, until the standard input ends.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "A connection is owned by its thread, which disposes it.")]
    public static void RunAnswer()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Say(((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture));
        var accepting = new Thread(() => Accept(listener)) { IsBackground = true, Name = "accept" };
        accepting.Start();
        Console.In.ReadToEnd();
    }

    /// <summary>A bridge between the load generator's UNIX socket, in the kernel's place, and an answering host.</summary>
    /// <param name="kind"><see cref="Copy"/> or <see cref="Shield"/>.</param>
    /// <param name="kernelPath">Where the load generator listens.</param>
    /// <param name="hostPort">Where the host listens.</param>
    public static void RunBridge(string kind, string kernelPath, int hostPort)
    {
        using var kernel = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        kernel.Connect(new UnixDomainSocketEndPoint(kernelPath));
        using var host = ConnectTcp(hostPort);
        Say("ready");
        if (kind == Copy)
        {
            new CopyBridge(kernel, host).Run();
            return;
        }

        using var bridge = new UrbBridge(kernel, host, Device, NullLogger.Instance, new BridgeOptions(ReadAhead: true));
        bridge.Run();
    }

    public static Socket ConnectTcp(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Accept(Socket listener)
    {
        while (true)
        {
            var connection = listener.Accept();
            connection.NoDelay = true;
            new Thread(() => Serve(connection)) { IsBackground = true, Name = "answer" }.Start();
        }
    }

    private static void Serve(Socket connection)
    {
        using (connection)
        {
            new AnsweringHost(connection).Run();
        }
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
