using BenchmarkDotNet.Attributes;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Micro;

/// <summary>Messages to bytes and back, as each URB needs them.</summary>
public class CodecBenchmarks
{
    private readonly byte[] _submit = new byte[SubmitRequest.Size];
    private readonly byte[] _reply = new byte[SubmitReply.Size];
    private readonly byte[] _record = new byte[DeviceRecord.Size];
    private readonly SubmitRequest _request = new(7, new DeviceId(1, 2), UrbDirection.In, 1, TransferFlags.None, 512, 0, 0, 0, default);
    private readonly SubmitReply _answer = new(7, UrbStatus.Ok, 512);

    [GlobalSetup]
    public void Write()
    {
        _request.Write(_submit);
        _answer.Write(_reply);
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

    [Benchmark(Description = "OP_REP_IMPORT's device read")]
    public DeviceRecord ReadRecord() => DeviceRecord.Read(_record);
}
