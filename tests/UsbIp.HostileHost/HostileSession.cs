using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.HostileHost;

/// <summary>One client's session: reads its requests properly, and answers as its <see cref="Attack"/> says.</summary>
internal sealed class HostileSession(Socket client) : IDisposable
{
    private readonly NetworkStream _stream = new(client, ownsSocket: true);

    public void Run()
    {
        Attack? attack = null;
        var busId = default(BusId);
        try
        {
            client.NoDelay = true;
            busId = ReadImport();
            attack = new Attack(busId.ToString());
            var reply = new byte[ImportReply.Size];
            ImportReply.WriteGrant(reply, PlainDevice.Record(busId));
            _stream.Write(attack.Apply("import", reply));
            while (true)
            {
                AnswerNext(attack);
            }
        }
        catch (Exception error) when (error is IOException or ProtocolException)
        {
            // The client has closed the session, or was cut short by what we sent.
        }

        Console.WriteLine($"{busId} {attack?.WrongReplies ?? 0}");
    }

    public void Dispose() => _stream.Dispose();

    private BusId ReadImport()
    {
        var message = new byte[ImportRequest.Size];
        _stream.ReadExactly(message);
        return ImportRequest.ReadBody(message.AsSpan(OperationHeader.Size)).BusId;
    }

    private void AnswerNext(Attack attack)
    {
        var bytes = new byte[ProtocolConstants.UrbHeaderSize];
        _stream.ReadExactly(bytes);
        var header = UrbHeader.Read(bytes);
        if (header.Command == UrbCommand.Unlink)
        {
            var reply = new byte[UnlinkReply.Size];
            new UnlinkReply(header.Seqnum, UrbStatus.Unlinked).Write(reply);
            _stream.Write(attack.Apply("unlink", reply));
            return;
        }

        var request = SubmitRequest.Read(header, bytes);
        _stream.ReadExactly(new byte[request.Direction == UrbDirection.Out ? request.BufferLength : 0]);
        var packets = new IsoPacket[Math.Max(0, request.PacketCount)];
        for (var index = 0; index < packets.Length; index++)
        {
            _stream.ReadExactly(bytes.AsSpan(0, IsoPacket.Size));
            packets[index] = IsoPacket.Read(bytes);
        }

        if (attack.Kind != "unlink" || request.Endpoint == 0)
        {
            _stream.Write(attack.Apply(KindOf(request, packets.Length > 0), PlainDevice.Answer(request, packets)));
        }
    }

    private static string KindOf(in SubmitRequest request, bool isIso)
    {
        if (request.Endpoint == 0)
        {
            return "control";
        }

        return (isIso ? "iso-" : "bulk-") + (request.Direction == UrbDirection.In ? "in" : "out");
    }
}
