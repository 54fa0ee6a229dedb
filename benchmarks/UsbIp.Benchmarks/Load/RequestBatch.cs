using System.Buffers.Binary;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Load;

/// <summary>CMD_SUBMITs of one kind that lie ready one behind the other: asking fills in their seqnums, and allocates nothing.</summary>
/// <param name="device">The devid that they carry.</param>
internal sealed class RequestBatch(DeviceId device)
{
    private const byte BulkEndpoint = 1;
    private const int SeqnumOffset = 4;
    private const int Room = 1024 * 1024;

    private byte[] _bytes = [];
    private int _size;
    private int _capacity;
    private uint _next = 1;

    public void Prepare(Workload workload)
    {
        _size = SubmitRequest.Size + (workload.Direction == UrbDirection.Out ? workload.Size : 0);
        _capacity = Math.Clamp(Room / _size, 1, workload.Depth);
        var length = _size * _capacity;
        if (_bytes.Length < length)
        {
            _bytes = GC.AllocateArray<byte>(length, pinned: true);
        }

        for (var index = 0; index < _capacity; index++)
        {
            new SubmitRequest(0, device, workload.Direction, BulkEndpoint, TransferFlags.None, workload.Size, 0, 0, 0, default).Write(_bytes.AsSpan(index * _size));
        }
    }

    /// <summary>The seqnum of a request that is made elsewhere.</summary>
    public uint TakeSeqnum() => unchecked(_next++);

    /// <summary>The next requests, as many of <paramref name="count"/> as leave in one send.</summary>
    public ReadOnlySpan<byte> Take(int count, out int taken)
    {
        taken = Math.Min(count, _capacity);
        for (var index = 0; index < taken; index++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan((index * _size) + SeqnumOffset), TakeSeqnum());
        }

        return _bytes.AsSpan(0, taken * _size);
    }
}
