using BenchmarkDotNet.Attributes;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Micro;

/// <summary>Messages to bytes and back, as each URB needs them.</summary>
public class CodecBenchmarks
{
    private const int IsoPackets = 32; // as webcams and sound cards post them

    private readonly byte[] _submit = new byte[SubmitRequest.Size];
    private readonly byte[] _reply = new byte[SubmitReply.Size];
    private readonly byte[] _unlink = new byte[UnlinkRequest.Size];
    private readonly byte[] _unlinkReply = new byte[UnlinkReply.Size];
    private readonly byte[] _packets = new byte[IsoPackets * IsoPacket.Size];
    private readonly byte[] _record = new byte[DeviceRecord.Size];
    private readonly SubmitRequest _request = new(7, new DeviceId(1, 2), UrbDirection.In, 1, TransferFlags.None, 512, 0, 0, 0, default);
    private readonly SubmitReply _answer = new(7, UrbStatus.Ok, 512);

    [GlobalSetup]
    public void Write()
    {
        _request.Write(_submit);
        _answer.Write(_reply);
        WriteUnlink();
        WriteUnlinkReply();
        WriteIsoPackets();
        Pumps.PumpProcess.Device.Write(_record);
    }

    [Benchmark(Description = "CMD_SUBMIT read")]
    public SubmitRequest ReadSubmit() => SubmitRequest.Read(UrbHeader.Read(_submit), _submit);

    [Benchmark(Description = "CMD_SUBMIT write")]
    public void WriteSubmit() => _request.Write(_submit);

    [Benchmark(Description = "RET_SUBMIT read")]
    public SubmitReply ReadReply() => SubmitReply.Read(UrbHeader.Read(_reply), _reply);

    [Benchmark(Description = "RET_SUBMIT write")]
    public void WriteReply() => _answer.Write(_reply);

    [Benchmark(Description = "CMD_UNLINK read")]
    public UnlinkRequest ReadUnlink() => UnlinkRequest.Read(UrbHeader.Read(_unlink), _unlink);

    [Benchmark(Description = "CMD_UNLINK write")]
    public void WriteUnlink() => new UnlinkRequest(8, new DeviceId(1, 2), 7).Write(_unlink);

    [Benchmark(Description = "RET_UNLINK read")]
    public UnlinkReply ReadUnlinkReply() => UnlinkReply.Read(UrbHeader.Read(_unlinkReply), _unlinkReply);

    [Benchmark(Description = "RET_UNLINK write")]
    public void WriteUnlinkReply() => new UnlinkReply(8, UrbStatus.Unlinked).Write(_unlinkReply);

    [Benchmark(Description = "32 iso packet descriptors read")]
    public uint ReadIsoPackets()
    {
        var received = 0u;
        for (var packet = 0; packet < IsoPackets; packet++)
        {
            received += IsoPacket.Read(_packets.AsSpan(packet * IsoPacket.Size)).ActualLength;
        }

        return received;
    }

    [Benchmark(Description = "32 iso packet descriptors written")]
    public void WriteIsoPackets()
    {
        for (var packet = 0; packet < IsoPackets; packet++)
        {
            new IsoPacket((uint)packet * 192, 192, 192).Write(_packets.AsSpan(packet * IsoPacket.Size));
        }
    }

    [Benchmark(Description = "OP_REP_IMPORT's device read")]
    public DeviceRecord ReadRecord() => DeviceRecord.Read(_record);
}
