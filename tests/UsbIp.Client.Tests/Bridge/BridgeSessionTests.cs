using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Bridge;
using UsbIp.Client.Interop;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>The import over the pair, and the end that the kernel gets.</summary>
public sealed class BridgeSessionTests
{
    [Fact]
    public void The_kernels_end_is_past_its_import_with_no_byte_left_in_it()
    {
        var (near, far) = BridgeRig.ConnectTcp();
        using var session = BridgeSession.Open(near, BridgeRig.Device, NullLogger.Instance, default);

        session.KernelEnd.Available.Should().Be(0);
        session.Device.Should().Be(BridgeRig.Device);
        far.Available.Should().Be(0);
        far.Dispose();
    }

    [Fact]
    public void Urbs_flow_over_a_session_and_detach_ends_it()
    {
        var (near, far) = BridgeRig.ConnectTcp();
        using var session = BridgeSession.Open(near, BridgeRig.Device, NullLogger.Instance, default);
        using var host = new RawHost(far);
        BridgeEnd? end = null;
        var thread = new Thread(() => end = session.Bridge.Run());
        thread.Start();
        var kernel = new RawKernel(session.KernelEnd);

        var seqnum = kernel.SubmitIn(1, 8);
        host.Receive();
        host.ReplyWith(seqnum, "12345678"u8);

        kernel.Receive()!.Data.Should().HaveCount(8);
        session.HandedOver();
        thread.Join(TimeSpan.FromSeconds(20)).Should().BeTrue();
        end!.Kind.Should().Be(BridgeEndKind.KernelDetached);
    }

    [Fact]
    public void An_import_of_another_device_over_the_pair_is_refused_with_st_nodev()
    {
        using var pair = SocketPair.Create();
        ImportOverPair.Ask(pair.KernelEnd, BusId.Parse("9-9"));

        var answer = () => ImportOverPair.Answer(pair.BridgeEnd, BridgeRig.Device);

        answer.Should().Throw<ProtocolException>().WithMessage("OP_REQ_IMPORT: busid 9-9 is not 1-2, which the host granted.");
        var refusal = () => ImportOverPair.ReadGrant(pair.KernelEnd, BusId.Parse("9-9"));
        refusal.Should().Throw<ProtocolException>().WithMessage("OP_REP_IMPORT: code 0x0003 with status 4 does not grant 9-9.");
    }

    [Fact]
    public void A_list_request_over_the_pair_is_no_import()
    {
        using var pair = SocketPair.Create();
        var message = new byte[ImportRequest.Size];
        new OperationHeader(OperationCode.DeviceListRequest, OperationStatus.Ok).Write(message);
        pair.KernelEnd.Send(message);

        var answer = () => ImportOverPair.Answer(pair.BridgeEnd, BridgeRig.Device);

        answer.Should().Throw<ProtocolException>().WithMessage("Operation message: code 0x8005 is not OP_REQ_IMPORT 0x8003.");
    }

    [Fact]
    public void A_failing_open_closes_the_hosts_socket()
    {
        var (near, far) = BridgeRig.ConnectTcp();
        near.Dispose();

        var open = () => BridgeSession.Open(near, BridgeRig.Device, NullLogger.Instance, default);

        open.Should().Throw<ObjectDisposedException>();
        far.Receive(new byte[1], SocketFlags.None).Should().Be(0);
        far.Dispose();
    }
}
