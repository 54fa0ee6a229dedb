using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>Tells a client why its session ends, if the connection takes it at once: nobody waits for a client that is to go.</summary>
internal static class FarewellSender
{
    /// <param name="socket">A connection on which nothing else is being sent.</param>
    /// <param name="parting">Why.</param>
    public static void Send(Socket socket, Parting parting)
    {
        Span<byte> message = stackalloc byte[Farewell.Size];
        Farewell.Write(message, parting);
        try
        {
            if (socket.Poll(TimeSpan.Zero, SelectMode.SelectWrite))
            {
                socket.Send(message);
            }
        }
        catch (SocketException)
        {
            // It has left already.
        }
    }
}
