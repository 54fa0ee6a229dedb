using System.Runtime.InteropServices;
using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Usbfs;

/// <summary>
/// The usbfs URBs of a transfer: one, or several where usbfs or the host controller does not take it whole. It has ended when all of them
/// have been reaped.
/// </summary>
internal sealed unsafe partial class UsbfsTransfer(LinuxUsbDevice device, UsbfsHandle handle, UsbTransfer transfer) : SystemTransfer(device, transfer)
{
    /// <summary>Packets in one URB (kernel: devio.c, proc_do_submiturb).</summary>
    public const int MaxPackets = 128;

    /// <summary>Bytes in one URB where the host controller cannot gather.</summary>
    public const int MaxContinued = 16384;

    private const int OutOfMemory = 12; // ENOMEM
    private const int ShortBefore = 121; // EREMOTEIO: an earlier URB of the transfer ended short, and with it the transfer

    private readonly UsbfsUrbMemory _urbs = new();
    private GCHandle<UsbfsTransfer> _self;

    // Of the present use.
    private int _count;
    private int _submitted; // while it waits for memory, or was refused
    private int _out;
    private UrbStatus _cut;
    private bool _isCancelled;

    private bool IsIn => (Transfer.EndpointAddress & 0x80) != 0;

    /// <summary>Whose URB this is. The handle keeps the transfer alive while the kernel has any of its URBs.</summary>
    public static UsbfsTransfer OwnerOf(UsbfsUrb* urb) => GCHandle<UsbfsTransfer>.FromIntPtr(urb->UserContext).Target;

    public override bool Prepare()
    {
        var packets = 0;
        (_count, _submitted) = (1, 0);
        switch (Transfer.Type)
        {
            case TransferType.Isochronous when !UsbfsPackets.Fit(Transfer):
            case TransferType.Control when Transfer.Setup.Length > Transfer.Length:
                return false;
            case TransferType.Isochronous:
                packets = Transfer.IsoPackets.Length;
                _count = Pieces(packets, MaxPackets);
                break;
            case TransferType.Bulk when handle.SplitsBulk:
                _count = Math.Max(1, Pieces(Transfer.Length, MaxContinued));
                break;
        }

        _urbs.Reserve(_count, Math.Min(packets, MaxPackets));
        (_out, _cut, _isCancelled) = (_count, UrbStatus.Ok, false);
        Fill();
        return true;
    }

    public override UrbStatus Submit()
    {
        // The last successful submit lets go of the transfer: from then on it may complete and be used again.
        var count = _count;
        var isControl = Transfer.Type == TransferType.Control;
        for (var index = _submitted; index < count; index++)
        {
            var errno = handle.Submit(Urb(index));
            if (errno == 0)
            {
                continue;
            }

            _submitted = index;
            if (errno == OutOfMemory)
            {
                return UrbStatus.NoMemory;
            }

            var status = errno == ShortBefore ? UrbStatus.ShortRead : UsbfsResults.FromSubmit(errno, isControl);
            return TryGiveUp(status) ? status : UrbStatus.Ok;
        }

        return UrbStatus.Ok;
    }

    public override bool TryGiveUp(UrbStatus status)
    {
        var rest = _count - _submitted;
        (_cut, _count) = (status, _submitted);
        return Interlocked.Add(ref _out, -rest) == 0;
    }

    public override void Cancel()
    {
        Volatile.Write(ref _isCancelled, true);
        for (var index = _count - 1; index >= 0; index--)
        {
            handle.Discard(Urb(index)); // the last first: none of them begins because the one before it has gone
        }
    }

    /// <summary>One of its URBs has been reaped.</summary>
    /// <returns>True if it was the last.</returns>
    public bool Ended() => Interlocked.Decrement(ref _out) == 0;

    public override void Refuse(UrbStatus status)
    {
        if (_submitted > 0)
        {
            _cut = status;
            ReadResult(); // what went before it counts
        }
        else
        {
            base.Refuse(status);
        }
    }

    public override void Dispose()
    {
        _urbs.Dispose();
        if (_self.IsAllocated)
        {
            _self.Dispose();
        }
    }

    /// <summary>One of its URBs, as last prepared.</summary>
    internal UsbfsUrb* Urb(int index) => _urbs[index];

    private static int Pieces(int whole, int part) => (whole + part - 1) / part;

    private void Fill()
    {
        switch (Transfer.Type)
        {
            case TransferType.Isochronous:
                FillPackets();
                break;
            case TransferType.Control:
                FillControl();
                break;
            default:
                FillBytes();
                break;
        }
    }

    private void FillPackets()
    {
        var packets = Transfer.IsoPackets;
        var data = Transfer.Buffer.Data;
        for (var index = 0; index < _count; index++)
        {
            var own = packets[(index * MaxPackets)..Math.Min(packets.Length, (index + 1) * MaxPackets)];
            var urb = Begin(index, data, 0);
            data += UsbfsPackets.Fill(urb, own);
        }
    }

    private void FillBytes()
    {
        var isIn = IsIn;
        for (var index = 0; index < _count; index++)
        {
            var offset = index * MaxContinued;
            var isLast = index == _count - 1;
            var urb = Begin(index, Transfer.Buffer.Data + offset, isLast ? Transfer.Length - offset : MaxContinued);
            urb->Flags = (index > 0 ? UsbfsUrb.BulkContinuation : 0)
                | (isIn && !isLast ? UsbfsUrb.ShortNotOk : 0)
                | (!isIn && isLast && Transfer is { ZeroPacket: true, Type: TransferType.Bulk } ? UsbfsUrb.ZeroPacket : 0);
        }
    }

    private void FillControl()
    {
        Transfer.Setup.Write(new Span<byte>(Transfer.Buffer.Setup, SetupPacket.Size));
        var urb = Begin(0, Transfer.Buffer.Setup, SetupPacket.Size + Transfer.Length);
        urb->Endpoint &= 0x0F; // the direction is the setup packet's
    }

    private UsbfsUrb* Begin(int index, byte* buffer, int length)
    {
        if (!_self.IsAllocated)
        {
            _self = new GCHandle<UsbfsTransfer>(this);
        }

        var urb = Urb(index);
        *urb = new UsbfsUrb
        {
            Type = UsbfsPackets.TypeOf(Transfer.Type),
            Endpoint = Transfer.EndpointAddress,
            Buffer = buffer,
            BufferLength = length,
            UserContext = GCHandle<UsbfsTransfer>.ToIntPtr(_self),
        };
        return urb;
    }
}
