using UsbIp.Protocol;

namespace UsbIp.HostileHost;

/// <summary>The device that the server pretends to have: bulk, isochronous and interrupt in and out, taken by the kernel's usbtest driver; all its data is zero.</summary>
internal static class PlainDevice
{
    /// <summary>Endpoint numbers, both ways; 1 is bulk.</summary>
    public const byte Isochronous = 2;

    public const byte Interrupt = 3;

    private static readonly byte[] Device = [18, 1, 0x00, 0x02, 0xFF, 0, 0, 64, 0x25, 0x05, 0xA0, 0xA4, 0x00, 0x01, 0, 0, 0, 1];

    private static readonly byte[] Configuration =
    [
        9, 2, 60, 0, 1, 1, 0, 0x80, 50,
        9, 4, 0, 0, 6, 0xFF, 0, 0, 0,
        7, 5, 0x81, 2, 0x00, 0x02, 0,
        7, 5, 0x01, 2, 0x00, 0x02, 0,
        7, 5, 0x82, 1, 0x00, 0x02, 1,
        7, 5, 0x02, 1, 0x00, 0x02, 1,
        7, 5, 0x83, 3, 0x40, 0x00, 1,
        7, 5, 0x03, 3, 0x40, 0x00, 1,
    ];

    public static DeviceRecord Record(BusId busId) => new()
    {
        Path = "/sys/devices/hostile",
        BusId = busId,
        BusNumber = 1,
        DeviceNumber = 2,
        Speed = UsbSpeed.High,
        VendorId = 0x0525,
        ProductId = 0xA4A0,
        DeviceRelease = 0x0100,
        DeviceClass = 0xFF,
        DeviceSubClass = 0,
        DeviceProtocol = 0,
        ConfigurationValue = 1,
        ConfigurationCount = 1,
        InterfaceCount = 1,
    };

    /// <summary>The right reply to a request, whole.</summary>
    public static byte[] Answer(in SubmitRequest request, IsoPacket[] packets)
    {
        var data = new byte[request.BufferLength];
        var length = data.Length;
        var status = UrbStatus.Ok;
        if (request.Endpoint == 0 && request.Direction == UrbDirection.In)
        {
            length = ReadControl(request.Setup, data, ref status);
        }
        else if (packets.Length > 0)
        {
            length = packets.Sum(packet => (int)packet.Length);
        }

        var sent = request.Direction == UrbDirection.In ? length : 0;
        var reply = new byte[SubmitReply.Size + sent + (packets.Length * IsoPacket.Size)];
        new SubmitReply(request.Seqnum, status, length, 0, packets.Length).Write(reply);
        data.AsSpan(0, sent).CopyTo(reply.AsSpan(SubmitReply.Size));
        for (var index = 0; index < packets.Length; index++)
        {
            var packet = packets[index] with { ActualLength = packets[index].Length, Status = UrbStatus.Ok };
            packet.Write(reply.AsSpan(SubmitReply.Size + sent + (index * IsoPacket.Size)));
        }

        return reply;
    }

    private static int ReadControl(in SetupPacket setup, byte[] data, ref UrbStatus status)
    {
        var source = (setup.Request, setup.Value >> 8) switch
        {
            (6, 1) => Device,
            (6, 2) => Configuration,
            (0, _) => [0, 0],
            (8, _) => [1],
            (10, _) => [0],
            _ => null,
        };
        status = source is null ? UrbStatus.Stall : UrbStatus.Ok;
        var length = Math.Min(source?.Length ?? 0, data.Length);
        source.AsSpan(0, length).CopyTo(data);
        return length;
    }
}
