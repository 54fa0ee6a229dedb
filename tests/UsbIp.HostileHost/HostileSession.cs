using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.HostileHost;

/// <summary>One client's session: reads its requests properly, and answers as its <see cref="Attack"/> says.</summary>
/// <param name="client">The connection.</param>
/// <param name="count">Called with the busid before each wrong reply.</param>
internal sealed class HostileSession(Socket client, Action<string> count) : IDisposable
{
    private readonly NetworkStream _stream = new(client, ownsSocket: true);

    public void Run()
    {
        try
        {
            client.NoDelay = true;
            var busId = ReadImport();
            var attack = new Attack(busId.ToString());
            var reply = new byte[ImportReply.Size];
            ImportReply.WriteGrant(reply, PlainDevice.Record(busId));
            Send(busId, reply, attack.Apply("import", reply));
            while (true)
            {
                AnswerNext(busId, attack);
            }
        }
        catch (Exception error) when (error is IOException or ProtocolException)
        {
            // The client has closed the session, or was cut short by what we sent.
        }
    }

    public void Dispose() => _stream.Dispose();

    private BusId ReadImport()
    {
        var message = new byte[ImportRequest.Size];
        _stream.ReadExactly(message);
        return ImportRequest.ReadBody(message.AsSpan(OperationHeader.Size)).BusId;
    }

    private void AnswerNext(BusId busId, Attack attack)
    {
        var bytes = new byte[ProtocolConstants.UrbHeaderSize];
        _stream.ReadExactly(bytes);
        var header = UrbHeader.Read(bytes);
        if (header.Command == UrbCommand.Unlink)
        {
            var reply = new byte[UnlinkReply.Size];
            new UnlinkReply(header.Seqnum, UrbStatus.Unlinked).Write(reply);
            Send(busId, reply, attack.Apply("unlink", reply));
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
            var reply = PlainDevice.Answer(request, packets);
            Send(busId, reply, attack.Apply(KindOf(request), reply));
        }
    }

    private void Send(BusId busId, byte[] right, byte[] sent)
    {
        if (!ReferenceEquals(right, sent))
        {
            count(busId.ToString());
        }

        _stream.Write(sent);
    }

    private static string KindOf(in SubmitRequest request)
    {
        var type = request.Endpoint switch
        {
            0 => "control",
            PlainDevice.Isochronous => "iso",
            PlainDevice.Interrupt => "int",
            _ => "bulk",
        };
        return request.Endpoint == 0 ? type : type + (request.Direction == UrbDirection.In ? "-in" : "-out");
    }
}
