using System.Net.Sockets;
using System.Runtime.InteropServices;
using UsbIp.Client.Interop;
using UsbIp.Client.Vhci;
using UsbIp.Protocol;

namespace UsbIp.Client.Privileged;

/// <summary>The bridge's side of <see cref="AttachBroker"/>.</summary>
/// <param name="path">The broker's socket.</param>
public sealed class AttachBrokerClient(string path = AttachBrokerClient.DefaultPath)
{
    /// <summary>Made by usbip-vhci.socket of the package.</summary>
    public const string DefaultPath = "/run/usbip-vhci.socket";

    private const int AttachPatienceMilliseconds = 30_000; // the broker may have to start, and set up the controller, with other bridges before this one
    private const int TidyPatienceMilliseconds = 3000; // a unit that is stopping has no more

    /// <summary>Whether there is one.</summary>
    public bool IsThere => File.Exists(path);

    /// <summary>Gives the kernel one end of a socketpair. The caller closes its copy right afterwards.</summary>
    /// <returns>The port's number.</returns>
    /// <exception cref="CommandException">The broker or the kernel refused, or the broker does not answer.</exception>
    public int Attach(Socket kernelEnd, DeviceId deviceId, UsbSpeed speed, AttachmentRecord record)
    {
        Span<byte> order = stackalloc byte[AttachOrder.Size];
        new AttachOrder(deviceId, speed, record).Write(order);
        return Ask(order, kernelEnd.SafeHandle, AttachPatienceMilliseconds);
    }

    /// <summary>Looks whether this user may ask, before a host is asked for its device. Starts the broker, too.</summary>
    /// <exception cref="CommandException">It may not, or the broker does not answer.</exception>
    public void RequireAnswer() => Tidy(AttachPatienceMilliseconds);

    /// <summary>Has the state files of free ports removed: for a bridge that has ended, and may not do it itself.</summary>
    /// <exception cref="CommandException">The broker refused, or does not answer.</exception>
    public void Tidy() => Tidy(TidyPatienceMilliseconds);

    private void Tidy(int patienceMilliseconds)
    {
        Span<byte> order = stackalloc byte[AttachOrder.TidySize];
        AttachOrder.WriteTidy(order);
        Ask(order, null, patienceMilliseconds);
    }

    private int Ask(ReadOnlySpan<byte> order, SafeHandle? passed, int patienceMilliseconds)
    {
        var answer = new byte[AttachAnswer.MaxSize];
        try
        {
            using var channel = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified)
            {
                SendTimeout = patienceMilliseconds,
                ReceiveTimeout = patienceMilliseconds,
            };
            channel.Connect(new UnixDomainSocketEndPoint(path));
            if (passed is null)
            {
                channel.Send(order);
            }
            else
            {
                PassedDescriptor.Send(channel, order, passed);
            }

            return AttachAnswer.Read(answer.AsSpan(0, channel.Receive(answer)));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new CommandException(ExitCode.Permission, "This user may not attach devices.", "run the command with sudo.", error);
        }
        catch (SocketException error)
        {
            throw new CommandException(ExitCode.Failure, $"The attach broker at {path} does not answer: {error.Message}.", "'systemctl status usbip-vhci'.", error);
        }
    }
}
