using UsbIp.Devices.Virtual;
using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Devices.Virtual.Storage;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Tests.Virtual;

/// <summary>Seeded nonsense against every built-in device: nothing throws, nothing is lost, memory stays where it was.</summary>
public sealed class HostileHostTests
{
    public static TheoryData<string, int> Devices()
    {
        var devices = new TheoryData<string, int>();
        foreach (var spec in new[] { "disk:1M", "keyboard", "serial", "zero", "zero:super,numbered", "zero:full" })
        {
            devices.Add(spec, 1);
            devices.Add(spec, 2);
        }

        return devices;
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Random_transfers_complete_or_wait_and_can_be_cancelled(string spec, int seed)
    {
        using var device = new Plugged<VirtualDevice>(VirtualDeviceSpec.Parse(spec));
        var random = new Random(seed);
        var waiting = new HashSet<UsbTransfer>();
        var gate = new Lock();
        device.Host.OnCompleted = transfer =>
        {
            lock (gate)
            {
                waiting.Remove(transfer).Should().BeTrue("each transfer completes once");
            }

            transfer.Dispose();
        };

        for (var round = 0; round < 20_000; round++)
        {
            var transfer = RandomTransfer(device, random);
            UsbTransfer[] old;
            lock (gate)
            {
                waiting.Add(transfer);
                old = waiting.Count > 32 ? [.. waiting] : [];
            }

            device.Host.Device.Submit(transfer);
            CancelAll(device, old, waiting, gate);
        }

        CancelAll(device, [.. waiting], waiting, gate);
        waiting.Should().BeEmpty();
        device.Device.Fault.Should().BeNull();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_commands_end_in_a_status_or_in_reset_recovery(int seed)
    {
        using var host = new BulkOnlyHost(new MemoryDiskImage(1 << 20));
        var usb = host.Disk.Host;
        var random = new Random(seed);
        byte[] operations = [0x00, 0x03, 0x08, 0x0A, 0x12, 0x1A, 0x1B, 0x1E, 0x25, 0x28, 0x2A, 0x2F, 0x35, 0x5A, 0x88, 0x8A, 0x9E, 0xA0, 0xA8, 0xAA];

        for (var round = 0; round < 5000; round++)
        {
            var command = new byte[random.Next(1, 17)];
            random.NextBytes(command);
            command[0] = random.Next(4) == 0 ? command[0] : operations[random.Next(operations.Length)];
            for (var index = 2; index < Math.Min(6, command.Length); index++)
            {
                command[index] &= (byte)(random.Next(2) * 0xFF);
            }

            var wrapper = host.Wrap(command, random.Next(2) == 0, (uint)(random.Next(3) == 0 ? random.Next() : random.Next(0, 4096)));
            wrapper[12] ^= (byte)(random.Next(50) == 0 ? 1 : 0);
            _ = usb.Out(1, wrapper);
            for (var stage = 0; stage < 3; stage++)
            {
                var transfer = random.Next(2) == 0 ? usb.SubmitIn(1, random.Next(0, 8192)) : usb.SubmitOut(1, new byte[random.Next(0, 8192)]);
                usb.Device.Cancel(transfer);
                _ = usb.Finish(transfer);
            }

            usb.ControlOut(0x21, 0xFF, 0, 0).Should().Be(UrbStatus.Ok);
            usb.Device.ClearHalt(0x81).Should().Be(UrbStatus.Ok);
            usb.Device.ClearHalt(0x01).Should().Be(UrbStatus.Ok);
            host.In([0x03, 0, 0, 0, 18, 0], 18).Status.Should().Be(0);
        }

        host.Disk.Device.Fault.Should().BeNull();
    }

    [Fact]
    public void A_terminal_that_toggles_without_end_fills_a_bounded_queue()
    {
        using var serial = new Plugged<VirtualSerial>(new VirtualSerial());
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var round = 0; round < 200_000; round++)
        {
            serial.Host.ControlOut(0x21, 0x22, round & 1, 0).Should().Be(UrbStatus.Ok);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(4 << 20);
    }

    private static void CancelAll(Plugged<VirtualDevice> device, UsbTransfer[] old, HashSet<UsbTransfer> waiting, Lock gate)
    {
        foreach (var transfer in old)
        {
            bool isWaiting;
            lock (gate)
            {
                isWaiting = waiting.Contains(transfer);
            }

            if (isWaiting)
            {
                device.Host.Device.Cancel(transfer);
            }
        }

        if (old.Length > 0)
        {
            SpinWait.SpinUntil(() => IsEmpty(waiting, gate), TimeSpan.FromSeconds(20)).Should().BeTrue();
        }
    }

    private static bool IsEmpty(HashSet<UsbTransfer> waiting, Lock gate)
    {
        lock (gate)
        {
            return waiting.Count == 0;
        }
    }

    private static UsbTransfer RandomTransfer(Plugged<VirtualDevice> device, Random random)
    {
        var packets = random.Next(4) == 0 ? random.Next(0, 5) : 0;
        var transfer = device.Host.Device.CreateTransfer(random.Next(0, 2000), packets);
        transfer.Type = random.Next(2) == 0 ? TransferType.Control : (TransferType)random.Next(0, 4);
        transfer.EndpointAddress = (byte)(random.Next(0, 4) | (random.Next(2) << 7));
        transfer.ZeroPacket = random.Next(2) == 0;
        random.NextBytes(transfer.Data);
        for (var packet = 0; packet < packets; packet++)
        {
            transfer.IsoPackets[packet].Length = random.Next(-1, 400);
        }

        if (transfer.Type == TransferType.Control)
        {
            transfer.EndpointAddress &= (byte)(random.Next(10) == 0 ? 0xFF : 0x80);
            var recipient = random.Next(0, 4);
            var kind = random.Next(0, 4) << 5;
            var request = random.Next(2) == 0 ? random.Next(0, 0x70) : random.Next(0, 256);
            transfer.Setup = new SetupPacket(
                (byte)(recipient | kind | (transfer.EndpointAddress & 0x80)),
                (byte)request,
                (ushort)(random.Next(2) == 0 ? random.Next(0, 4) : random.Next(0, 65536)),
                (ushort)(random.Next(2) == 0 ? random.Next(0, 4) : random.Next(0, 65536)),
                (ushort)(random.Next(2) == 0 ? transfer.Length : random.Next(0, 65536)));
        }

        return transfer;
    }
}
