using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Bridge;
using UsbIp.Client.Interop;
using UsbIp.Client.Remote;
using UsbIp.Devices.Virtual;
using UsbIp.Host.Server;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.EndToEnd.Tests;

/// <summary>
/// The whole way of a URB, but for the kernel: the host's server over a virtual device, a TCP connection, the client's bridge, and at its
/// end a <see cref="RawKernel"/>. Owns the device.
/// </summary>
internal sealed class AttachedDevice : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly VirtualUsbBackend _backend = new();
    private readonly UsbIpServer _server;
    private readonly Task _serving;
    private readonly SocketPair _pair;
    private readonly UrbBridge _bridge;
    private readonly Thread _thread;

    /// <param name="device">The device.</param>
    /// <param name="readAhead">Whether the bridge reads ahead.</param>
    /// <param name="offered">What the client offers the host.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The bridge owns the socket.")]
    public AttachedDevice(VirtualDevice device, bool readAhead, Extensions offered)
    {
        var busId = _backend.Add(device);
        var registry = new DeviceRegistry([_backend], NullLoggerFactory.Instance);
        registry.Export(busId);
        _server = new UsbIpServer(registry, new ServerOptions(), NullLoggerFactory.Instance);
        var endpoint = _server.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _serving = _server.RunAsync(_stop.Token);

        using var connection = HostConnection.Connect(new HostAddress("127.0.0.1", endpoint.Port));
        var record = connection.Import(busId, offered);
        var options = new BridgeOptions(readAhead, connection.Accepted);
        _pair = SocketPair.Create();
        _bridge = new UrbBridge(_pair.BridgeEnd, connection.TakeSocket(), record, NullLogger.Instance, options);
        Kernel = new RawKernel(_pair.KernelEnd) { DeviceId = record.DeviceId };
        _thread = new Thread(() => _bridge.Run()) { IsBackground = true, Name = "bridge" };
        _thread.Start();
    }

    public RawKernel Kernel { get; }

    /// <summary>Reads the first configuration and chooses it, as the kernel does.</summary>
    public void Configure()
    {
        Kernel.SubmitIn(0, 9, new SetupPacket(0x80, 6, 0x0200, 0, 9));
        var header = Kernel.Receive()!.Data;
        var length = header[2] | (header[3] << 8);
        Kernel.SubmitIn(0, length, new SetupPacket(0x80, 6, 0x0200, 0, (ushort)length));
        Kernel.Receive()!.Data.Should().HaveCount(length);
        Control(new SetupPacket(0x00, 9, header[5], 0, 0));
    }

    /// <summary>A control request without data, which must succeed.</summary>
    public void Control(SetupPacket setup)
    {
        Kernel.SubmitOut(0, [], setup);
        Kernel.Receive()!.Status.Should().Be(UrbStatus.Ok);
    }

    public void Dispose()
    {
        _bridge.Stop();
        _thread.Join(TimeSpan.FromSeconds(20)).Should().BeTrue("the bridge must end");
        Kernel.Dispose();
        _pair.Dispose();
        _bridge.Dispose();
        _stop.Cancel();
        _serving.Wait(TimeSpan.FromSeconds(20)).Should().BeTrue("the server must end");
        _server.Dispose();
        _backend.Dispose();
        _stop.Dispose();
    }
}
