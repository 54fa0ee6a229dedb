using UsbIp.Client.Bridge.Ahead;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// What the kernel, or the bridge for it, asked for in one CMD_SUBMIT and waits for. Objects are pooled by <see cref="PendingUrbs"/>; the packet table keeps its
/// array. Written by the thread that reads the kernel until <see cref="IsComplete"/>, read by whoever answers after that.
/// </summary>
internal sealed class PendingUrb
{
    private IsoPacket[] _packets = [];
    private int _packetsRead;

    public SubmitRequest Request { get; private set; }

    /// <summary>Packets of an isochronous URB; 0 for all others, for which Linux sends 0 (vhci_hcd.c leaves number_of_packets as the URB has it).</summary>
    public int PacketCount => Math.Max(0, Request.PacketCount);

    /// <summary>Each packet's offset and length as the kernel asked for them.</summary>
    public ReadOnlySpan<IsoPacket> Packets => _packets.AsSpan(0, PacketCount);

    /// <summary>
    /// Whether the kernel has written the whole request. Before that a reply must not reach it: vhci would give the URB back, and its
    /// buffer, while its own sending thread still reads from it.
    /// </summary>
    public bool IsComplete { get; set; }

    /// <summary>Null for what the kernel asked for; for one of the bridge's own reads, the pipe that it belongs to.</summary>
    public AheadPipe? Pipe { get; private set; }

    /// <summary>The bridge will answer it with an error; the host's reply must not reach the kernel.</summary>
    public bool IsDoomed { get; set; }

    public void Begin(in SubmitRequest request, AheadPipe? pipe = null)
    {
        (Request, Pipe) = (request, pipe);
        (IsComplete, IsDoomed) = (false, false);
        _packetsRead = 0;
        if (_packets.Length < PacketCount)
        {
            _packets = new IsoPacket[PacketCount];
        }
    }

    public void AddPacket(ReadOnlySpan<byte> descriptor) => _packets[_packetsRead++] = IsoPacket.Read(descriptor);
}
