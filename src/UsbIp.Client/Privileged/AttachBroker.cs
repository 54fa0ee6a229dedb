using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Client.Interop;
using UsbIp.Client.Vhci;
using UsbIp.Shared;

namespace UsbIp.Client.Privileged;

/// <summary>
/// The one part of a lasting attachment that needs root's name: takes a socket from a bridge that runs as a user of its own, writes it to vhci_hcd's attach
/// file and notes where the device is from. It reads nothing that came over a network, and what it is asked is of a fixed size. One peer at a time, each
/// for a few seconds at most. The rest, the bridge's end of that socket included, stays with the bridge: when that closes it, the device is unplugged.
/// </summary>
/// <param name="listener">A listening local socket of packets (SOCK_SEQPACKET). Stays the caller's.</param>
/// <param name="driver">The kernel's side.</param>
/// <param name="records">The state files.</param>
/// <param name="user">The one user whose bridges may ask.</param>
/// <param name="logger">Gets a line for each attachment and each refusal.</param>
internal sealed class AttachBroker(Socket listener, VhciDriver driver, AttachmentRecords records, uint user, ILogger logger)
{
    private const int PatienceMilliseconds = 2000;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly byte[] _order = new byte[AttachOrder.Size + 1]; // one more than an order has, so that a longer one is seen to be
    private readonly byte[] _answer = new byte[AttachAnswer.MaxSize];

    /// <summary>Serves until <paramref name="stop"/>.</summary>
    public void Run(CancellationToken stop)
    {
        Guarded(Tidy, stop);
        while (!stop.IsCancellationRequested)
        {
            Guarded(() => ServeNext(stop), stop);
        }
    }

    /// <summary>Whatever one peer brings about, the next is served.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The broker is everybody's.")]
    private void Guarded(Action deed, CancellationToken stop)
    {
        try
        {
            deed();
        }
        catch (Exception error)
        {
            Log.BrokerPeerLost(logger, error.Message);
            stop.WaitHandle.WaitOne(PauseAfterFailure); // what keeps failing must not take a processor
        }
    }

    private void ServeNext(CancellationToken stop)
    {
        using var peer = LocalAccept.Run(listener, stop);
        if (peer is not null)
        {
            Serve(peer);
        }
    }

    private void Serve(Socket peer)
    {
        (peer.ReceiveTimeout, peer.SendTimeout) = (PatienceMilliseconds, PatienceMilliseconds);
        int answered;
        try
        {
            answered = AttachAnswer.WritePort(_answer, Obey(peer));
        }
        catch (CommandException refusal)
        {
            Log.BrokerRefused(logger, PeerUser.Of(peer), refusal.Message);
            answered = AttachAnswer.WriteRefusal(_answer, refusal);
        }

        peer.Send(_answer.AsSpan(0, answered));
    }

    /// <returns>The port; 0 where none was asked for.</returns>
    private int Obey(Socket peer)
    {
        // Read whoever it is: a peer whose words are never read sees a broken connection and not the answer.
        var received = PassedDescriptor.Receive(peer, _order, out var handle);
        using (handle)
        {
            var asking = PeerUser.Of(peer);
            if (asking != user)
            {
                throw new CommandException(ExitCode.Permission, $"User {asking} may not attach devices through the broker.", "sudo.");
            }

            if (AttachOrder.IsTidy(_order.AsSpan(0, received)))
            {
                Tidy();
                return 0;
            }

            if (handle is null || AttachOrder.TryRead(_order.AsSpan(0, received)) is not { } order)
            {
                throw new CommandException(ExitCode.Usage, $"The broker was sent {received} bytes that are no order with one socket.");
            }

            using var kernelEnd = new Socket(handle);
            RequireOwnPair(kernelEnd, asking);
            Tidy();
            var port = driver.Attach(kernelEnd, order.DeviceId, order.Speed);
            if (order.Record is { } record)
            {
                Note(port, record);
            }

            Log.BrokerAttached(logger, order.Record?.RemoteBusId ?? "a device", order.Record?.Host ?? "a host whose name fits no state file", port);
            return port;
        }
    }

    /// <summary>
    /// Whatever the kernel reads must have come through a bridge: neither straight from a network, nor from a service of this machine to which the bridge
    /// has connected.
    /// </summary>
    private static void RequireOwnPair(Socket kernelEnd, uint asking)
    {
        if (kernelEnd is not { AddressFamily: AddressFamily.Unix, SocketType: SocketType.Stream })
        {
            throw new CommandException(ExitCode.Usage, $"The broker was sent a socket of kind {kernelEnd.AddressFamily} {kernelEnd.SocketType}, not one of a socketpair.");
        }

        if (!kernelEnd.Connected || PeerUser.Of(kernelEnd) != asking)
        {
            throw new CommandException(ExitCode.Usage, "The broker was sent a socket whose other end is not the asking user's.");
        }
    }

    /// <summary>What a bridge's end leaves behind, which the bridge may not remove. A port that somebody has taken meanwhile keeps its file.</summary>
    private void Tidy()
    {
        foreach (var port in driver.ReadPorts().Where(port => port.IsFree && records.Has(port.Number)))
        {
            var written = records.Find(port.Number);
            if (driver.ReadPort(port.Number).IsFree)
            {
                records.Remove(port.Number, written);
            }
        }
    }

    [SuppressMessage("Interoperability", "CA1416", Justification = "There is a vhci_hcd, so this is Linux.")]
    private void Note(int port, AttachmentRecord record)
    {
        try
        {
            records.Write(port, record);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.BrokerHasNoRecord(logger, port, error.Message); // the device works all the same
        }
    }
}
