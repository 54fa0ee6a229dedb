using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace UsbIp.Client.Interop;

/// <summary>
/// Plain recv(2) and send(2) on one socket, and nothing else: the calling thread waits in the kernel. A result below zero is a negative
/// errno, as the kernel itself would return it; interrupted calls are repeated. One thread may receive while another sends.
/// </summary>
internal sealed class BlockingSocket
{
    private readonly Socket _socket;
    private readonly SafeSocketHandle _handle;
    private readonly bool _pollsFirst;

    /// <summary>Does not own the socket; puts it into blocking mode, which any asynchronous call before would have ended for good.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="pollsFirst">
    /// Waits for bytes in poll(2). In recv(2) on a local socket a thread is also woken whenever the peer has read what was sent: room and bytes are
    /// told to the same sleepers (unix_write_space), and only poll says which of them it waits for. Where replies go the other way, as
    /// in a bridge, that is one wake-up for nothing with each of them.
    /// </param>
    public BlockingSocket(Socket socket, bool pollsFirst = false)
    {
        (_socket, _pollsFirst) = (socket, pollsFirst);
        _handle = socket.SafeHandle;
        var flags = LibC.FileControl(_handle, LibC.FGetFl, 0);
        if (flags >= 0 && (flags & LibC.ONonBlock) != 0)
        {
            _ = LibC.FileControl(_handle, LibC.FSetFl, flags & ~LibC.ONonBlock);
        }
    }

    /// <summary>Waits for bytes; 0 is the end of the stream.</summary>
    public int Receive(Span<byte> buffer)
    {
        if (_pollsFirst)
        {
            WaitForBytes();
        }

        while (true)
        {
            var received = (int)LibC.Receive(_handle, buffer, (nuint)buffer.Length, 0);
            if (received >= 0)
            {
                return received;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error != LibC.Eintr)
            {
                return -error;
            }
        }
    }

    /// <summary>Whether bytes wait to be received; from any thread. False once the socket is closed.</summary>
    public bool IsReadable
    {
        get
        {
            try
            {
                return _socket.Available > 0;
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Waits until the socket has taken all bytes, or its send timeout is over: then it returns how many it took, possibly -EAGAIN for none.
    /// </summary>
    /// <param name="bytes">What to send.</param>
    /// <param name="isFollowed">More comes at once: a TCP socket may wait for it and send both together.</param>
    public int Send(ReadOnlySpan<byte> bytes, bool isFollowed = false)
    {
        var flags = isFollowed ? LibC.MsgNoSignal | LibC.MsgMore : LibC.MsgNoSignal;
        while (true)
        {
            var sent = (int)LibC.Send(_handle, bytes, (nuint)bytes.Length, flags);
            if (sent >= 0)
            {
                return sent;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error != LibC.Eintr)
            {
                return -error;
            }
        }
    }

    /// <summary>Returns when there are bytes, when the stream has ended, or when a signal came: in each case recv(2) tells.</summary>
    private void WaitForBytes()
    {
        var isHeld = false;
        try
        {
            _handle.DangerousAddRef(ref isHeld);
            var awaited = new LibC.PollDescriptor { Descriptor = (int)_handle.DangerousGetHandle(), Events = LibC.PollIn };
            _ = LibC.Poll(ref awaited, 1, Timeout.Infinite);
        }
        finally
        {
            if (isHeld)
            {
                _handle.DangerousRelease();
            }
        }
    }
}
