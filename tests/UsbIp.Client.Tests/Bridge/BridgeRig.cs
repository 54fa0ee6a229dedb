using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Bridge;
using UsbIp.Client.Interop;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>A bridge between a raw kernel, on a real socketpair, and a raw host, on a real TCP connection, with a clock of the test's own.</summary>
internal sealed class BridgeRig : IDisposable
{
    private readonly Thread _thread;
    private BridgeEnd? _end;

    public BridgeRig(BridgeOptions options = default, DeviceRecord? device = null)
    {
        var pair = SocketPair.Create();
        var (near, far) = ConnectTcp();
        Bridge = new UrbBridge(pair.BridgeEnd, near, device ?? Device, NullLogger.Instance, options, Time);
        Kernel = new RawKernel(pair.KernelEnd);
        Host = new RawHost(far);
        _thread = new Thread(() => _end = Bridge.Run()) { IsBackground = true };
        _thread.Start();
    }

    public static DeviceRecord Device { get; } = new()
    {
        Path = "/sys/devices/pci0000:00/usb1/1-2",
        BusId = BusId.Parse("1-2"),
        BusNumber = 1,
        DeviceNumber = 2,
        Speed = UsbSpeed.High,
        VendorId = 0x0525,
        ProductId = 0xA4A0,
        DeviceRelease = 0x0100,
        DeviceClass = 0,
        DeviceSubClass = 0,
        DeviceProtocol = 0,
        ConfigurationValue = 1,
        ConfigurationCount = 1,
        InterfaceCount = 1,
    };

    public UrbBridge Bridge { get; }

    public RawKernel Kernel { get; }

    public RawHost Host { get; }

    public ManualTime Time { get; } = new();

    /// <summary>Enumerates as the kernel does: reads the one configuration, which consists of these descriptors, and chooses it.</summary>
    public void Configure(ReadOnlySpan<byte> interfaces)
    {
        var configuration = Configuration(interfaces);
        var read = Kernel.SubmitIn(0, configuration.Length, new SetupPacket(0x80, 6, 0x0200, 0, (ushort)configuration.Length));
        Host.Receive();
        Host.ReplyWith(read, configuration);
        Kernel.Receive();
        Exchange(new SetupPacket(0x00, 9, 1, 0, 0));
    }

    /// <summary>A configuration descriptor that consists of these.</summary>
    public static byte[] Configuration(ReadOnlySpan<byte> interfaces) => [9, 2, (byte)(9 + interfaces.Length), 0, 1, 1, 0, 0x80, 50, .. interfaces];

    /// <summary>One control request without data, there and back: all that was sent before it has passed the bridge.</summary>
    public void Exchange(SetupPacket setup) => Conclude(Kernel.SubmitOut(0, [], setup));

    /// <summary>The host sees that request of the kernel's now, and answers it.</summary>
    public void Conclude(uint request)
    {
        Host.Receive()!.Seqnum.Should().Be(request);
        Host.Reply(request);
        Kernel.Receive()!.Seqnum.Should().Be(request);
    }

    /// <summary>Waits for the session's end.</summary>
    public BridgeEnd End()
    {
        _thread.Join(TimeSpan.FromSeconds(20)).Should().BeTrue("a session must end once one of its sides has");
        return _end!;
    }

    /// <summary>
    /// Moves the clock on, a little at a time, until the bridge has written to the kernel: for bridges that are busy sending when the test
    /// can't see how far they have come.
    /// </summary>
    public void AdvanceUntilKernelReadable(TimeSpan step)
    {
        while (!Kernel.Poll(TimeSpan.FromMilliseconds(20)))
        {
            Time.Advance(step);
        }
    }

    /// <summary>The kernel gets back what it waits for, as from a device that is unplugged, then its end of stream, and nothing else.</summary>
    public void ExpectUnplug()
    {
        while (Kernel.Receive() is { } reply)
        {
            reply.Status.Should().Be(UrbStatus.Shutdown);
            reply.Data.Should().BeEmpty();
        }
    }

    public void Dispose()
    {
        Bridge.Stop();
        Kernel.Dispose();
        Host.Dispose();
        _thread.Join(TimeSpan.FromSeconds(20)).Should().BeTrue("the bridge's threads must end");
    }

    public static (Socket Near, Socket Far) ConnectTcp()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.Connect(listener.LocalEndPoint!);
        var far = listener.Accept();
        far.NoDelay = true;
        return (near, far);
    }
}
