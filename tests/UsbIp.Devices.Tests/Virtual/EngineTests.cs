using UsbIp.Devices.Virtual;
using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Devices.Tests.Virtual;

public sealed class EngineTests
{
    [Fact]
    public void A_device_is_listed_opened_once_and_free_again_when_it_is_closed()
    {
        using var backend = new VirtualUsbBackend();
        var busId = backend.Add(new VirtualZero());

        var device = backend.Open(busId);
        var second = () => backend.Open(busId);

        second.Should().Throw<UsbException>().Where(refusal => refusal.Failure == UsbFailure.Busy);
        device.Dispose();
        backend.Open(busId).Dispose();
        backend.ListDevices().Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { BusNumber = 250u, DeviceNumber = 1u, Speed = UsbSpeed.High, ActiveConfiguration = (byte)3 });
        busId.ToString().Should().Be("250-1");
    }

    [Fact]
    public void A_device_whose_code_runs_where_it_is_asked_says_that_it_may_wait_there()
    {
        using var backend = new VirtualUsbBackend();
        using var device = backend.Open(backend.Add(new VirtualZero()));

        device.MayWaitInSubmit.Should().BeTrue("or a host would promise a heartbeat that it cannot keep");
    }

    [Fact]
    public void Arrivals_and_departures_are_told_and_the_lowest_port_is_used_again()
    {
        using var backend = new VirtualUsbBackend();
        var first = backend.Add(new VirtualZero());
        var second = backend.Add(new VirtualZero());

        backend.Remove(first).Should().BeTrue();
        backend.Remove(first).Should().BeFalse();

        backend.Add(new VirtualZero()).Should().Be(first);
        var changes = new List<TopologyChange>();
        while (backend.Changes.TryRead(out var change))
        {
            changes.Add(change);
        }

        changes.Should().Equal(new(first, true), new(second, true), new(first, false), new(first, true));
    }

    [Fact]
    public void A_bus_has_255_ports_and_the_next_bus_goes_on()
    {
        using var backend = new VirtualUsbBackend();

        var busIds = Enumerable.Range(0, 256).Select(_ => backend.Add(new VirtualZero())).ToArray();

        busIds[254].ToString().Should().Be("250-255");
        busIds[255].ToString().Should().Be("251-1");
        backend.Find(busIds[255]).Should().BeEquivalentTo(new { BusNumber = 251u, DeviceNumber = 1u });
        using var device = backend.Open(busIds[255]);
        device.Info.BusId.Should().Be(busIds[255]);
    }

    [Fact]
    public void A_busid_that_is_not_there_is_not_found()
    {
        using var backend = new VirtualUsbBackend();

        var open = () => backend.Open(BusId.Parse("250-9"));

        open.Should().Throw<UsbException>().Where(refusal => refusal.Failure == UsbFailure.NotFound && refusal.Message.Contains("250-9"));
    }

    [Fact]
    public void A_waiting_transfer_is_cancelled_and_a_completed_one_is_not()
    {
        using var serial = new Plugged<VirtualSerial>(new VirtualSerial());
        var waiting = serial.Host.SubmitIn(1, 64);

        serial.Host.Device.Cancel(waiting);

        serial.Host.Expect(waiting).Status.Should().Be(UrbStatus.Unlinked);
        serial.Host.Device.Cancel(waiting);
        serial.Host.CompletedCount.Should().Be(0);
        waiting.Dispose();
    }

    [Fact]
    public void Of_three_waiting_transfers_the_middle_one_is_cancelled_and_the_order_of_the_others_kept()
    {
        using var serial = new Plugged<VirtualSerial>(new VirtualSerial());
        var first = serial.Host.SubmitIn(1, 4);
        var second = serial.Host.SubmitIn(1, 4);
        var third = serial.Host.SubmitIn(1, 4);

        serial.Host.Device.Cancel(second);
        var sent = serial.Host.SubmitOut(1, "abcdefgh"u8);

        serial.Host.Finish(second).Status.Should().Be(UrbStatus.Unlinked);
        var data = new List<byte>();
        for (var left = 3; left > 0; left--)
        {
            using var transfer = serial.Host.Next();
            if (transfer != sent)
            {
                transfer.Should().BeSameAs(data.Count == 0 ? first : third);
                data.AddRange(transfer.Data[..transfer.ActualLength]);
            }
        }

        data.Should().Equal("abcdefgh"u8.ToArray());
    }

    [Fact]
    public void Unplugging_ends_every_transfer_and_tells_the_host()
    {
        using var serial = new Plugged<VirtualSerial>(new VirtualSerial());
        var first = serial.Host.SubmitIn(1, 64);
        var second = serial.Host.SubmitIn(2, 16, Protocol.Descriptors.TransferType.Interrupt);

        serial.Backend.Remove(serial.BusId);

        serial.Host.Expect(first).Status.Should().Be(UrbStatus.Shutdown);
        serial.Host.Expect(second).Status.Should().Be(UrbStatus.Shutdown);
        serial.Host.ExpectDeparture();
        serial.Host.In(1, 64).Status.Should().Be(UrbStatus.NoDevice);
        serial.Host.Device.Reset().Should().Be(UrbStatus.NoDevice);
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public void A_sink_may_submit_again_from_within_its_completion_as_often_as_it_likes()
    {
        using var zero = new Plugged<VirtualZero>(new VirtualZero());
        var left = 100_000;
        zero.Host.OnCompleted = transfer =>
        {
            if (--left > 0)
            {
                zero.Host.Device.Submit(transfer);
            }
            else
            {
                transfer.Dispose();
            }
        };

        zero.Host.SubmitIn(1, 512);

        left.Should().Be(0);
        zero.Host.Deliveries.Should().BePositive();
    }

    [Fact]
    public void A_bulk_transfer_in_steady_state_allocates_nothing()
    {
        using var zero = new Plugged<VirtualZero>(new VirtualZero());
        zero.Host.OnCompleted = transfer => transfer.Dispose();
        RunBulk(zero.Host, 1000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        RunBulk(zero.Host, 1000);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public async Task Two_threads_that_submit_get_each_endpoint_in_order()
    {
        using var serial = new Plugged<VirtualSerial>(new VirtualSerial());
        using var zero = new Plugged<VirtualZero>(new VirtualZero());
        var order = new List<int>();
        var done = 0;
        zero.Host.OnCompleted = transfer =>
        {
            if (transfer.Tag is int number)
            {
                order.Add(number); // one thread delivers at a time
            }

            transfer.Dispose();
            Interlocked.Increment(ref done);
        };

        var other = Task.Run(() => RunBulk(zero.Host, 5000));
        for (var number = 0; number < 5000; number++)
        {
            var transfer = zero.Host.Device.CreateTransfer(8);
            transfer.EndpointAddress = 0x81;
            transfer.Type = Protocol.Descriptors.TransferType.Bulk;
            transfer.Tag = number;
            zero.Host.Device.Submit(transfer);
        }

        await other;
        SpinWait.SpinUntil(() => Volatile.Read(ref done) == 15_000, TimeSpan.FromSeconds(10)).Should().BeTrue();
        order.Should().BeInAscendingOrder().And.HaveCount(5000);
    }

    [Fact]
    public void A_device_whose_code_throws_stalls_and_says_what_it_threw()
    {
        using var broken = new Plugged<BrokenDevice>(new BrokenDevice());

        broken.Host.Control(0xC0, 1, 0, 0, 8).Status.Should().Be(UrbStatus.Stall);
        broken.Host.Out(1, [1]).Status.Should().Be(UrbStatus.Stall);
        broken.Host.In(1, 8).Status.Should().Be(UrbStatus.Stall);

        broken.Device.Fault.Should().BeOfType<NotSupportedException>();
        broken.Host.Control(0x80, 6, 0x0100, 0, 18).Status.Should().Be(UrbStatus.Ok);
    }

    private static void RunBulk(TestSink host, int count)
    {
        for (var index = 0; index < count; index++)
        {
            host.SubmitIn(1, 4096);
            host.SubmitOut(1, new ReadOnlySpan<byte>(Payload));
        }
    }

    private static readonly byte[] Payload = new byte[4096];

    private sealed class BrokenDevice() : VirtualDevice(
        new DeviceBuilder(UsbSpeed.High, 0x1209, 1).Interface(0xFF).BulkIn(1).BulkOut(1).Build())
    {
        protected override ControlReply OnControl(SetupPacket setup, Span<byte> data) => throw new NotSupportedException();

        protected override int OnOut(VirtualEndpoint endpoint, ReadOnlySpan<byte> data, bool endOfMessage) => throw new NotSupportedException();

        protected override InReply OnIn(VirtualEndpoint endpoint, Span<byte> buffer) => throw new NotSupportedException();
    }
}
