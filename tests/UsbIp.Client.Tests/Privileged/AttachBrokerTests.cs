using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Interop;
using UsbIp.Client.Privileged;
using UsbIp.Client.Tests.Bridge;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Client.Vhci;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Privileged;

/// <summary>The one process that writes to the kernel for those who may not, and what it refuses to give to it.</summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "The client runs where there is a vhci_hcd: on Linux.")]
public sealed class AttachBrokerTests : IDisposable
{
    private static readonly AttachmentRecord Record = new("raspberry", "3240", "1-2");

    private static readonly uint Self = ProcessOwner.Find(Environment.ProcessId)!.Value;

    private readonly FakeVhci _kernel = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SocketPair _pair = SocketPair.Create();
    private readonly string _path;
    private readonly Thread _broker;

    public AttachBrokerTests()
    {
        _path = Path.Combine(_kernel.Root, "broker");
        _broker = Serve(_path, Self);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _broker.Join(TimeSpan.FromSeconds(20)).Should().BeTrue("the broker must end");
        _pair.Dispose();
        _kernel.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public void A_socket_that_is_passed_is_given_to_the_kernel_and_its_origin_noted()
    {
        var port = new AttachBrokerClient(_path).Attach(_pair.KernelEnd, new DeviceId(1, 2), UsbSpeed.High, Record);
        _pair.KernelEnd.Dispose();

        port.Should().Be(0);
        _kernel.Driver.ReadPort(0).IsFree.Should().BeFalse("the kernel has a descriptor of its own");
        _kernel.Attached.Should().ContainSingle().Which.Should().StartWith("0 ").And.EndWith(" 65538 3");
        _kernel.Records.Read(0).Should().Be(Record);
        _pair.BridgeEnd.Dispose();
        _kernel.Driver.WaitUntilFree(0, null, TimeSpan.FromSeconds(20)).Should().BeTrue("the broker has kept no copy");
    }

    [Fact]
    public void Who_has_detached_has_the_state_files_of_free_ports_removed_and_no_others()
    {
        _kernel.Occupy(1, "6 003 00010009 9-9");
        _kernel.Records.Write(0, Record);
        _kernel.Records.Write(1, Record);

        new AttachBrokerClient(_path).Tidy();

        _kernel.Records.Read(0).Should().BeNull();
        _kernel.Records.Read(1).Should().Be(Record);
    }

    [Fact]
    public void What_the_kernel_refuses_is_said_in_the_same_words()
    {
        _kernel.Occupy(0, "6 003 00010009 9-9");
        _kernel.Occupy(1, "6 003 0001000a 9-8");

        var attach = () => new AttachBrokerClient(_path).Attach(_pair.KernelEnd, new DeviceId(1, 2), UsbSpeed.High, Record);

        var refusal = attach.Should().Throw<CommandException>().Which;
        refusal.ExitCode.Should().Be(ExitCode.NoFreePort);
        refusal.Message.Should().Be("All 2 high-speed ports of vhci_hcd are in use.");
        refusal.Hint.Should().Be("'usbip-client port' for what is attached, and 'usbip-client detach PORT'.");
    }

    [Fact]
    public void A_connection_from_a_network_is_not_given_to_the_kernel()
    {
        var (near, far) = BridgeRig.ConnectTcp();
        using (near)
        using (far)
        {
            var attach = () => new AttachBrokerClient(_path).Attach(near, new DeviceId(1, 2), UsbSpeed.High, Record);

            attach.Should().Throw<CommandException>().WithMessage("The broker was sent a socket of kind InterNetwork Stream*");
        }

        _kernel.Attached.Should().BeEmpty();
    }

    [Fact]
    public void A_socket_whose_other_end_is_nobodys_is_not_given_to_the_kernel()
    {
        using var lone = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        var attach = () => new AttachBrokerClient(_path).Attach(lone, new DeviceId(1, 2), UsbSpeed.High, Record);

        attach.Should().Throw<CommandException>().WithMessage("The broker was sent a socket whose other end is not the asking user's.");
        _kernel.Attached.Should().BeEmpty();
    }

    [Fact]
    public void A_host_with_a_name_that_fits_no_state_file_is_attached_without_one()
    {
        var far = new AttachmentRecord(new string('h', 90), "3240", "1-2.3.4");

        new AttachBrokerClient(_path).Attach(_pair.KernelEnd, new DeviceId(1, 2), UsbSpeed.High, far).Should().Be(0);

        _kernel.Attached.Should().ContainSingle();
        _kernel.Records.Read(0).Should().BeNull();
    }

    [Fact]
    public void Another_user_is_refused_before_any_host_is_asked()
    {
        var path = _path + "-of-another";
        var other = Serve(path, Self + 1);
        var forbidden = new VhciDriver(_kernel.Driver.Directory) { WriteAttribute = (_, _) => throw new UnauthorizedAccessException() };

        var require = () => new PortAccess(forbidden, _kernel.Records, new AttachBrokerClient(path)).RequireAttachable();

        require.Should().Throw<CommandException>().WithMessage($"User {Self} may not attach devices through the broker.")
            .Which.ExitCode.Should().Be(ExitCode.Permission);
        _stop.Cancel();
        other.Join(TimeSpan.FromSeconds(20)).Should().BeTrue("a stop must end it, although the socket is systemd's and stays open");
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(AttachOrder.Size - 1, true)]
    [InlineData(AttachOrder.Size + 1, true)]
    [InlineData(AttachOrder.Size, false)]
    public void What_is_no_order_with_one_socket_is_refused_and_the_next_is_served(int length, bool isWithSocket)
    {
        var order = new byte[Math.Max(length, AttachOrder.Size)];
        new AttachOrder(new DeviceId(1, 2), UsbSpeed.High, Record).Write(order);
        using (var channel = Connect())
        {
            if (isWithSocket && length > 0)
            {
                PassedDescriptor.Send(channel, order.AsSpan(0, length), _pair.KernelEnd.SafeHandle);
            }
            else
            {
                channel.Send(order.AsSpan(0, length));
            }

            var read = () => AttachAnswer.Read(Receive(channel));
            read.Should().Throw<CommandException>().Which.ExitCode.Should().Be(ExitCode.Usage);
        }

        _kernel.Attached.Should().BeEmpty();
        new AttachBrokerClient(_path).Attach(_pair.KernelEnd, new DeviceId(1, 2), UsbSpeed.High, Record).Should().Be(0);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(107)]
    public void A_peer_with_a_name_longer_than_the_brokers_ends_nobody_but_itself(int length)
    {
        using var named = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        named.Bind(new UnixDomainSocketEndPoint("\0" + Guid.NewGuid().ToString("N").PadRight(length - 1, 'n')));
        named.Connect(new UnixDomainSocketEndPoint(_path));

        new AttachBrokerClient(_path).Attach(_pair.KernelEnd, new DeviceId(1, 2), UsbSpeed.High, Record).Should().Be(0);
    }

    [Fact]
    public void One_who_says_nothing_keeps_nobody_out_for_long()
    {
        using var silent = Connect();

        new AttachBrokerClient(_path).Attach(_pair.KernelEnd, new DeviceId(1, 2), UsbSpeed.High, Record).Should().Be(0);
    }

    [Fact]
    public void Every_byte_of_an_order_can_be_wrong_without_harm()
    {
        var order = new byte[AttachOrder.Size];
        new AttachOrder(new DeviceId(1, 2), UsbSpeed.High, Record).Write(order);
        for (var index = 0; index < order.Length; index++)
        {
            foreach (var wrong in new byte[] { 0x00, 0x0A, 0x20, 0xFF })
            {
                var broken = order.ToArray();
                broken[index] = wrong;
                if (AttachOrder.TryRead(broken) is { } read)
                {
                    (read.Record?.ToLine() ?? "none at all").Should().MatchRegex("^[!-~]+ [!-~]+ [!-~]+$");
                    Enum.IsDefined(read.Speed).Should().BeTrue();
                }
            }
        }
    }

    [Fact]
    public void Who_may_not_write_to_the_kernel_attaches_through_the_broker()
    {
        var forbidden = new VhciDriver(_kernel.Driver.Directory) { WriteAttribute = (_, _) => throw new UnauthorizedAccessException() };
        var device = SampleDevices.StickRecord;

        var (port, recorded) = new PortAccess(forbidden, _kernel.Records, new AttachBrokerClient(_path))
            .Attach(_pair.KernelEnd, device, Record, NullLogger.Instance);
        var without = () => new PortAccess(forbidden, _kernel.Records, new AttachBrokerClient(_path + "-not")).RequireRight();

        _kernel.Driver.ReadPort(port).IsFree.Should().BeFalse();
        recorded.Should().BeNull("the state file is the broker's");
        without.Should().Throw<CommandException>().Which.ExitCode.Should().Be(ExitCode.Permission);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The broker closes its listener.")]
    private Thread Serve(string path, uint user)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var thread = new Thread(() => new AttachBroker(listener, _kernel.Driver, _kernel.Records, user, NullLogger.Instance).Run(_stop.Token));
        thread.Start();
        return thread;
    }

    private Socket Connect()
    {
        var channel = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        channel.Connect(new UnixDomainSocketEndPoint(_path));
        return channel;
    }

    private static byte[] Receive(Socket channel)
    {
        var bytes = new byte[AttachAnswer.MaxSize];
        return bytes[..channel.Receive(bytes)];
    }
}
