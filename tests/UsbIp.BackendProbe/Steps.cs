using System.Diagnostics;
using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.BackendProbe;

/// <summary>What can be done with an open device, by name. Each step checks its own results and leaves nothing in flight.</summary>
/// <param name="session">The device.</param>
/// <param name="longestControl">The most bytes that the backend carries in a control transfer.</param>
internal sealed partial class Steps(ProbeSession session, int longestControl)
{
    private int _failures;

    private IEnumerable<EndpointDescriptor> Endpoints => session.Device.Info.Active!.AlternateSettings.SelectMany(setting => setting.Endpoints);

    public int Run(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            try
            {
                Step(name);
            }
            catch (Exception exception) when (exception is TimeoutException or InvalidOperationException)
            {
                Check($"{name}: {exception.Message}", false);
            }
        }

        return _failures == 0 ? 0 : 1;
    }

    private void Step(string name)
    {
        switch (name)
        {
            case "control": Control(); break;
            case "long-control": LongControl(); break;
            case "bulk": Bulk(); break;
            case "echo": Echo(); break;
            case "queue": Queue(Find(TransferType.Bulk, isIn: true), 32, 16384); break;
            case "long-queue": Queue(Find(TransferType.Bulk, isIn: true), 4, 1 << 20); break;
            case "long-queue-out": Queue(Find(TransferType.Bulk, isIn: false), 4, 1 << 20); break;
            case "queue-out": Queue(Find(TransferType.Bulk, isIn: false), 32, 16384); break;
            case "memory": Queue(Find(TransferType.Bulk, isIn: true), 40, 262144); break;
            case "giant": Giant(); break;
            case "steady": Steady(); break;
            case "speed": Speed(); break;
            case "cancel-bulk": CancelIdle(Find(TransferType.Bulk, isIn: true), 65536); break;
            case "cancel-interrupt": CancelIdle(Find(TransferType.Interrupt, isIn: true), 8); break;
            case "interrupt": Interrupt(); break;
            case "long-iso": Iso(Find(TransferType.Isochronous, isIn: false), 300); break;
            case "iso": Iso(Find(TransferType.Isochronous, isIn: false), 20); break;
            case "configure": Configure(); break;
            case "unconfigure": Expect("no configuration", UrbStatus.Ok, session.Device.SetConfiguration(0)); break;
            case "alternate": Alternate(); break;
            case "halt": Halt(); break;
            case "reset": Expect("reset", UrbStatus.Ok, session.Device.Reset()); break;
            case "leave": Leave(); break;
            case "hold": Console.WriteLine("held"); Console.In.ReadToEnd(); break;
            default: throw new InvalidOperationException("no such step");
        }
    }

    private void Control()
    {
        using var transfer = session.Run(session.Control(0x80, 6, 0x0100, 0, 18));
        Expect("control IN: the device descriptor", UrbStatus.Ok, transfer.Status);
        Expect("control IN: its length", 18, transfer.ActualLength);
        Check("control IN: its product id", DeviceDescriptor.TryRead(transfer.Data, out var read) && read == session.Device.Info.Descriptor);
        using var stalled = session.Run(session.Control(0x80, 6, 0x7700, 0, 18));
        Expect("control IN: a descriptor that is not there", UrbStatus.Stall, stalled.Status);
        using var absent = session.Run(session.Control(0x81, 0, 0, 30, 2));
        Expect("control IN: to an interface that is not there", UrbStatus.Stall, absent.Status);
    }

    private void LongControl()
    {
        using var transfer = session.Run(session.Control(0x80, 6, 0x0200, 0, longestControl));
        Expect($"control of {longestControl} bytes, the most there can be", UrbStatus.Ok, transfer.Status);
        Check("and its answer is the configuration", ConfigurationDescriptor.TryRead(transfer.Data[..transfer.ActualLength], out _));
        if (longestControl < ushort.MaxValue)
        {
            using var tooLong = session.Run(session.Control(0x80, 6, 0x0200, 0, longestControl + 1));
            Expect("control of one byte more", UrbStatus.Invalid, tooLong.Status);
        }
    }

    private void Bulk()
    {
        using var written = session.Run(session.Plain(Find(TransferType.Bulk, isIn: false), 4096));
        Expect("bulk OUT", (UrbStatus.Ok, 4096), (written.Status, written.ActualLength));
        using var empty = session.Run(session.Plain(Find(TransferType.Bulk, isIn: false), 0));
        Expect("bulk OUT of nothing", (UrbStatus.Ok, 0), (empty.Status, empty.ActualLength));
        using var read = session.Run(session.Plain(Find(TransferType.Bulk, isIn: true), 4096));
        Expect("bulk IN", (UrbStatus.Ok, 4096), (read.Status, read.ActualLength));
    }

    private void Echo()
    {
        var written = session.Plain(Find(TransferType.Bulk, isIn: false), 512);
        new Random(1).NextBytes(written.Data);
        var sent = written.Data.ToArray();
        written.ZeroPacket = true;
        session.Run(written).Dispose();
        using var read = session.Run(session.Plain(Find(TransferType.Bulk, isIn: true), 65536));
        Check("loopback: what was written comes back, ended by the empty packet", read.Data[..read.ActualLength].SequenceEqual(sent));
    }

    private void Queue(EndpointDescriptor endpoint, int depth, int length)
    {
        for (var index = 0; index < depth; index++)
        {
            var transfer = session.Plain(endpoint, length);
            transfer.Tag = index;
            session.Submit(transfer);
        }

        var good = 0;
        for (var index = 0; index < depth; index++)
        {
            using var transfer = session.Next() ?? throw new TimeoutException($"only {index} of {depth} completed");
            good += transfer.Status == UrbStatus.Ok && transfer.ActualLength == length && (int)transfer.Tag! == index ? 1 : 0;
        }

        Expect($"{depth} queued on 0x{endpoint.Address:x2}, {length} bytes each: complete and in order", depth, good);
    }

    private void Giant()
    {
        using var transfer = session.Run(session.Plain(Find(TransferType.Bulk, isIn: true), 4 << 20));
        Expect("a transfer that usbfs memory can never hold", UrbStatus.NoMemory, transfer.Status);
    }

    private void CancelIdle(EndpointDescriptor endpoint, int length)
    {
        UsbTransfer[] queued = [session.Plain(endpoint, length), session.Plain(endpoint, length), session.Plain(endpoint, length)];
        foreach (var transfer in queued)
        {
            session.Submit(transfer);
        }

        var clock = Stopwatch.StartNew();
        session.Device.Cancel(queued[1]);
        using var middle = session.Next() ?? throw new TimeoutException("the cancelled transfer did not complete");
        Check("cancel: the one that was meant", ReferenceEquals(middle, queued[1]) && middle.Status == UrbStatus.Unlinked);
        session.Device.Cancel(queued[2]);
        session.Device.Cancel(queued[0]);
        using var first = session.Next() ?? throw new TimeoutException("the second cancelled transfer did not complete");
        using var second = session.Next() ?? throw new TimeoutException("the third cancelled transfer did not complete");
        Expect("cancel: the others", (UrbStatus.Unlinked, UrbStatus.Unlinked), (first.Status, second.Status));
        Console.WriteLine($"note three cancels took {clock.ElapsedMilliseconds} ms");
    }

    private void Interrupt()
    {
        Console.WriteLine("waiting for an interrupt");
        using var transfer = session.Run(session.Plain(Find(TransferType.Interrupt, isIn: true), 8));
        Expect("interrupt IN", UrbStatus.Ok, transfer.Status);
        Check("interrupt IN has data", transfer.ActualLength > 0);
    }

    private void Iso(EndpointDescriptor endpoint, int packets)
    {
        Expect("iso: the streaming setting", UrbStatus.Ok, session.Device.SetInterface(StreamingSetting(endpoint).Number, StreamingSetting(endpoint).AlternateSetting));
        using var transfer = session.Device.CreateTransfer(packets * endpoint.PacketSize, packets);
        transfer.Type = TransferType.Isochronous;
        transfer.EndpointAddress = endpoint.Address;
        foreach (ref var packet in transfer.IsoPackets)
        {
            packet.Length = endpoint.PacketSize;
        }

        session.Run(transfer);
        Expect($"iso OUT: {packets} packets", (UrbStatus.Ok, packets * endpoint.PacketSize), (transfer.Status, transfer.ActualLength));
        var good = 0;
        foreach (var packet in transfer.IsoPackets)
        {
            good += packet.Status == UrbStatus.Ok && packet.ActualLength == endpoint.PacketSize ? 1 : 0;
        }

        Expect("iso OUT: each of them", packets, good);
        var tooWide = session.Device.CreateTransfer(100, 2);
        tooWide.Type = TransferType.Isochronous;
        tooWide.EndpointAddress = endpoint.Address;
        tooWide.IsoPackets[0].Length = tooWide.IsoPackets[1].Length = 90;
        session.Run(tooWide).Dispose();
        Expect("iso OUT: packets wider than the buffer", UrbStatus.Invalid, tooWide.Status);
        Expect("iso: back to the idle setting", UrbStatus.Ok, session.Device.SetInterface(StreamingSetting(endpoint).Number, 0));
    }

    private InterfaceDescriptor StreamingSetting(EndpointDescriptor endpoint) =>
        session.Device.Info.Active!.AlternateSettings.First(setting => setting.Endpoints.Contains(endpoint));

    private EndpointDescriptor Find(TransferType type, bool isIn) =>
        Endpoints.FirstOrDefault(endpoint => endpoint.Type == type && endpoint.IsIn == isIn)
        ?? throw new InvalidOperationException($"the device has no {type} endpoint {(isIn ? "IN" : "OUT")}");

    private void Expect<T>(string what, T expected, T actual) =>
        Check(EqualityComparer<T>.Default.Equals(expected, actual) ? what : $"{what}: expected {expected}, got {actual}", EqualityComparer<T>.Default.Equals(expected, actual));

    private void Check(string what, bool isTrue)
    {
        _failures += isTrue ? 0 : 1;
        Console.WriteLine($"{(isTrue ? "ok" : "FAIL")} {what}");
    }
}
