using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.LibUsb;

/// <summary>The libusb_transfer of a transfer.</summary>
internal sealed unsafe class LibUsbTransfer : SystemTransfer
{
    internal const byte AddZeroPacket = 8; // LIBUSB_TRANSFER_ADD_ZERO_PACKET
    private const int SmallestPacketClass = 8;

    private readonly nint _device;
    private readonly LibUsbEventThread _events;
    private readonly int _packetCapacity;
    private NativeTransfer* _native;
    private GCHandle<LibUsbTransfer> _self;

    private LibUsbTransfer(LinuxUsbDevice owner, nint device, LibUsbEventThread events, UsbTransfer transfer, int packetCapacity)
        : base(owner, transfer)
    {
        (_device, _events, _packetCapacity) = (device, events, packetCapacity);
        _native = LibUsbNative.AllocTransfer(packetCapacity);
        if (_native == null)
        {
            throw new InsufficientMemoryException("libusb_alloc_transfer had no memory for a transfer.");
        }

        _self = new GCHandle<LibUsbTransfer>(this);
    }

    /// <summary>The transfer's native counterpart: the one it has, or a new one with room for its packets.</summary>
    public static LibUsbTransfer Of(LinuxUsbDevice owner, nint device, LibUsbEventThread events, UsbTransfer transfer)
    {
        var packets = transfer.Type == TransferType.Isochronous ? transfer.IsoPackets.Length : 0;
        if (transfer.BackendState is LibUsbTransfer kept && kept._packetCapacity >= packets)
        {
            return kept;
        }

        transfer.BackendState?.Dispose();
        var capacity = packets == 0 ? 0 : Math.Max(SmallestPacketClass, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)packets));
        var created = new LibUsbTransfer(owner, device, events, transfer, capacity);
        transfer.BackendState = created;
        return created;
    }

    public override bool Prepare()
    {
        var isControl = Transfer.Type == TransferType.Control;
        _native->Device = _device;
        _native->Flags = Transfer is { ZeroPacket: true, Type: TransferType.Bulk } && (Transfer.EndpointAddress & 0x80) == 0 ? AddZeroPacket : (byte)0;
        _native->Endpoint = isControl ? (byte)(Transfer.EndpointAddress & 0x0F) : Transfer.EndpointAddress;
        _native->Type = (byte)Transfer.Type;
        _native->TimeoutMilliseconds = 0;
        _native->Length = Transfer.Length;
        _native->Callback = &OnCompleted;
        _native->UserData = GCHandle<LibUsbTransfer>.ToIntPtr(_self);
        _native->Buffer = Transfer.Buffer.Data;
        _native->IsoPacketCount = 0;
        if (isControl)
        {
            Transfer.Setup.Write(new Span<byte>(Transfer.Buffer.Setup, SetupPacket.Size));
            _native->Buffer = Transfer.Buffer.Setup;
            _native->Length = Transfer.Length + SetupPacket.Size;
        }

        return Transfer.Type != TransferType.Isochronous || PreparePackets();
    }

    public override UrbStatus Submit()
    {
        // The address is read first: once libusb has the transfer it may already have completed and been disposed.
        var endpoint = Transfer.EndpointAddress;
        return LibUsbNative.SubmitTransfer(_native).ToSubmitStatus(endpoint);
    }

    public override void Cancel() => LibUsbNative.CancelTransfer(_native); // NOT_FOUND says that it has completed, which is as good

    public override void ReadResult()
    {
        Transfer.Status = _native->Status.ToUrbStatus();
        if (Transfer.Type == TransferType.Isochronous)
        {
            ReadPackets();
        }
        else
        {
            Transfer.ActualLength = Math.Clamp(_native->ActualLength, 0, Transfer.Length);
        }
    }

    public override void Dispose()
    {
        if (_native != null)
        {
            LibUsbNative.FreeTransfer(_native);
            _native = null;
            _self.Dispose();
        }
    }

    private bool PreparePackets()
    {
        var packets = Transfer.IsoPackets;
        var native = NativeTransfer.IsoPackets(_native);
        var total = 0L;
        for (var index = 0; index < packets.Length; index++)
        {
            if (packets[index].Length < 0)
            {
                return false;
            }

            total += packets[index].Length;
            native[index] = new NativeIsoPacket { Length = (uint)packets[index].Length };
        }

        _native->IsoPacketCount = packets.Length;
        return packets.Length > 0 && total <= Transfer.Length;
    }

    /// <summary>libusb leaves the transfer's own actual_length at 0 for isochronous transfers on Linux: the sum is ours to make.</summary>
    private void ReadPackets()
    {
        var packets = Transfer.IsoPackets;
        var native = NativeTransfer.IsoPackets(_native);
        var total = 0;
        for (var index = 0; index < packets.Length; index++)
        {
            ref var packet = ref packets[index];
            packet.ActualLength = (int)Math.Min(native[index].ActualLength, (uint)packet.Length);
            packet.Status = native[index].Status.ToUrbStatus();
            total += packet.ActualLength;
        }

        Transfer.ActualLength = total;
    }

    /// <summary>On the event thread, inside libusb: only noted here, delivered once libusb has returned. An exception would end the process.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnCompleted(NativeTransfer* native)
    {
        var transfer = GCHandle<LibUsbTransfer>.FromIntPtr(native->UserData).Target;
        transfer._events.Collect(transfer);
    }
}
