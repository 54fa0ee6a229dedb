using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Bridge;
using UsbIp.Client.Interop;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>What a URB costs once a session runs in which the bridge reads ahead.</summary>
[Collection(nameof(SteadyState))]
public sealed class SteadyReadAheadTests : IDisposable
{
    private const int SetUp = 1_000;
    private const int Rounds = 4_000;
    private const int SectorSize = 512;
    private const int StatusSize = 13;
    private const int ReportSize = 8;

    private static readonly DeviceRecord Adapter = BridgeRig.Device with { VendorId = 0x0403, ProductId = 0x6001 };
    private static readonly byte[] Port = [9, 4, 0, 0, 1, 0xFF, 0xFF, 0xFF, 2, 7, 5, 0x81, 2, 64, 0, 0];
    private static readonly byte[] Keyboard = [9, 4, 0, 0, 1, 3, 1, 1, 0, 7, 5, 0x81, 3, 8, 0, 8];

    private readonly UrbBridge _bridge;
    private readonly Thread _bridgeThread;
    private readonly Thread _hostThread;
    private readonly Socket _far;
    private readonly SocketPair _pair = SocketPair.Create();
    private readonly BlockingSocket _kernel;
    private readonly byte[] _message = new byte[SubmitRequest.Size + CommandBlockWrapper.Size];
    private readonly byte[] _received = new byte[SubmitReply.Size + SectorSize];
    private byte[] _configuration = [];
    private uint _seqnum;
    private int _readAhead;

    public SteadyReadAheadTests()
    {
        (var near, _far) = BridgeRig.ConnectTcp();
        _bridge = new UrbBridge(_pair.BridgeEnd, near, Adapter, NullLogger.Instance, new BridgeOptions(ReadAhead: true, Extensions.BulkOnlyOrder));
        _bridgeThread = new Thread(() => _bridge.Run());
        _bridgeThread.Start();
        _hostThread = new Thread(() => AnswerAll(new BlockingSocket(_far)));
        _hostThread.Start();
        _kernel = new BlockingSocket(_pair.KernelEnd);
    }

    public void Dispose()
    {
        _bridge.Stop();
        _bridgeThread.Join();
        _far.Dispose();
        _hostThread.Join();
        _bridge.Dispose();
        _pair.Dispose();
    }

    [Fact]
    public void A_storage_command_in_one_round_trip_allocates_nothing()
    {
        Configure(BulkOnly.Interface);
        var command = BulkOnly.Command(SectorSize, isIn: true);
        void Run(int count)
        {
            for (var round = 0; round < count; round++)
            {
                RoundTrip(UrbDirection.Out, BulkOnly.Out, command.Length, default, command);
                RoundTrip(UrbDirection.In, BulkOnly.In, SectorSize, default, []);
                RoundTrip(UrbDirection.In, BulkOnly.In, StatusSize, default, []);
            }
        }

        Run(SetUp);

        Allocations.Least(_ => Run(Rounds)).Should().BeLessThan(Rounds, "not even a byte per command");
        Volatile.Read(ref _readAhead).Should().BeGreaterThan(Rounds, "that is what was measured");
    }

    [Fact]
    public void A_report_that_was_read_ahead_allocates_nothing()
    {
        Configure(Keyboard);
        void Run(int count)
        {
            for (var round = 0; round < count; round++)
            {
                RoundTrip(UrbDirection.In, 1, ReportSize, default, []);
            }
        }

        Run(SetUp);

        Allocations.Least(_ => Run(Rounds)).Should().BeLessThan(Rounds, "not even a byte per report");
        Volatile.Read(ref _readAhead).Should().BeGreaterThan(Rounds, "that is what was measured");
    }

    [Fact]
    public void A_serial_adapter_s_bytes_that_were_read_ahead_allocate_nothing()
    {
        Configure(Port);
        Ask(UrbDirection.In, 1, SectorSize, default, []);
        void Run(int count)
        {
            for (var round = 0; round < count; round++)
            {
                Ask(UrbDirection.In, 1, SectorSize, default, []);
                Await(_seqnum - 1, SectorSize);
            }
        }

        Run(SetUp);

        Allocations.Least(_ => Run(Rounds)).Should().BeLessThan(Rounds, "not even a byte per read");
        Volatile.Read(ref _readAhead).Should().BeGreaterThan(Rounds, "that is what was measured");
    }

    /// <summary>Enumerates as the kernel does: reads the one configuration, which the host has in the shape of <paramref name="interfaces"/>, and chooses it.</summary>
    private void Configure(ReadOnlySpan<byte> interfaces)
    {
        _configuration = BridgeRig.Configuration(interfaces);
        RoundTrip(UrbDirection.In, 0, _configuration.Length, new SetupPacket(0x80, 6, 0x0200, 0, (ushort)_configuration.Length), []);
        RoundTrip(UrbDirection.Out, 0, 0, new SetupPacket(0x00, 9, 1, 0, 0), []);
    }

    private void RoundTrip(UrbDirection direction, byte endpoint, int length, SetupPacket setup, ReadOnlySpan<byte> data)
    {
        Ask(direction, endpoint, length, setup, data);
        Await(_seqnum, direction == UrbDirection.In ? length : 0);
    }

    private void Ask(UrbDirection direction, byte endpoint, int length, SetupPacket setup, ReadOnlySpan<byte> data)
    {
        _seqnum++;
        new SubmitRequest(_seqnum, new DeviceId(1, 2), direction, endpoint, TransferFlags.None, length, 0, 0, 0, setup).Write(_message);
        data.CopyTo(_message.AsSpan(SubmitRequest.Size));
        _kernel.Send(_message.AsSpan(0, SubmitRequest.Size + data.Length));
    }

    private void Await(uint seqnum, int length)
    {
        var wanted = SubmitReply.Size + length;
        for (var filled = 0; filled < wanted;)
        {
            filled += _kernel.Receive(_received.AsSpan(filled, wanted - filled));
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(_received.AsSpan(4)) != seqnum)
        {
            throw new InvalidOperationException($"Reply {BinaryPrimitives.ReadUInt32BigEndian(_received.AsSpan(4))} came, {seqnum} was awaited.");
        }
    }

    /// <summary>A host whose device gives whatever it is asked for, and takes whatever it is given.</summary>
    private void AnswerAll(BlockingSocket host)
    {
        var header = new byte[SubmitRequest.Size];
        var data = new byte[SectorSize];
        var reply = new byte[SubmitReply.Size + SectorSize];
        while (Fill(host, header))
        {
            var request = SubmitRequest.Read(UrbHeader.Read(header), header);
            _readAhead += request.Seqnum > int.MaxValue ? 1 : 0; // the kernel counts from 1
            var isIn = request.Direction == UrbDirection.In;
            if (!isIn && !Fill(host, data.AsSpan(0, request.BufferLength)))
            {
                return;
            }

            new SubmitReply(request.Seqnum, UrbStatus.Ok, request.BufferLength).Write(reply);
            if (request is { Endpoint: 0, Direction: UrbDirection.In })
            {
                _configuration.CopyTo(reply.AsSpan(SubmitReply.Size));
            }

            host.Send(reply.AsSpan(0, SubmitReply.Size + (isIn ? request.BufferLength : 0)));
        }
    }

    private static bool Fill(BlockingSocket socket, Span<byte> target)
    {
        while (target.Length > 0)
        {
            var received = socket.Receive(target);
            if (received <= 0)
            {
                return false;
            }

            target = target[received..];
        }

        return true;
    }
}
