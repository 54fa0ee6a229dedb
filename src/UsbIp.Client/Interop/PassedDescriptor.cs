using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace UsbIp.Client.Interop;

/// <summary>
/// A descriptor that travels to another process beside the bytes of a local socket (SCM_RIGHTS, unix(7)): .NET offers neither half. The sockets must
/// block, and never have been used asynchronously.
/// </summary>
internal static unsafe partial class PassedDescriptor
{
    private const int SolSocket = 1;
    private const int ScmRights = 1;
    private const int MsgCmsgCloexec = 0x40000000;
    private const int HeaderSize = 16; // struct cmsghdr on 64-bit Linux: a length of 8 bytes, level, type
    private const int MaxReceived = 8; // more than one is a mistake of the peer's, and closed

    /// <summary>Sends bytes, and a descriptor with the first of them. The receiver gets a descriptor of its own; the caller keeps this one.</summary>
    /// <exception cref="SocketException">The peer has closed, or reads nothing.</exception>
    public static void Send(Socket channel, ReadOnlySpan<byte> bytes, SafeHandle descriptor)
    {
        Span<byte> control = stackalloc byte[HeaderSize + sizeof(long)];
        control.Clear();
        MemoryMarshal.Write(control, (nuint)(HeaderSize + sizeof(int)));
        MemoryMarshal.Write(control[8..], SolSocket);
        MemoryMarshal.Write(control[12..], ScmRights);
        var isHeld = false;
        try
        {
            descriptor.DangerousAddRef(ref isHeld);
            MemoryMarshal.Write(control[HeaderSize..], (int)descriptor.DangerousGetHandle());
            fixed (byte* data = bytes, beside = control)
            {
                var piece = new Piece { Base = data, Length = (nuint)bytes.Length };
                var message = new Message { Pieces = &piece, PieceCount = 1, Control = beside, ControlLength = (nuint)control.Length };
                nint sent;
                do
                {
                    sent = SendMessage(channel.SafeHandle, &message, LibC.MsgNoSignal);
                }
                while (sent < 0 && IsToBeRepeated());
            }
        }
        finally
        {
            if (isHeld)
            {
                descriptor.DangerousRelease();
            }
        }
    }

    /// <summary>Receives one message, and the descriptor that came with it.</summary>
    /// <param name="channel">The socket.</param>
    /// <param name="bytes">Filled from the front.</param>
    /// <param name="descriptor">The caller's to close; null if not exactly one came.</param>
    /// <returns>How many bytes came; 0 if the peer has closed.</returns>
    /// <exception cref="SocketException">Nothing came in time, or the connection broke.</exception>
    public static int Receive(Socket channel, Span<byte> bytes, out SafeSocketHandle? descriptor)
    {
        Span<byte> control = stackalloc byte[HeaderSize + (MaxReceived * sizeof(int))];
        int received;
        nuint controlLength;
        fixed (byte* data = bytes, beside = control)
        {
            var piece = new Piece { Base = data, Length = (nuint)bytes.Length };
            var message = new Message { Pieces = &piece, PieceCount = 1, Control = beside, ControlLength = (nuint)control.Length };
            do
            {
                received = (int)ReceiveMessage(channel.SafeHandle, &message, MsgCmsgCloexec);
            }
            while (received < 0 && IsToBeRepeated());
            controlLength = message.ControlLength;
        }

        descriptor = TakeOnly(control[..(int)controlLength]);
        return received;
    }

    private static SafeSocketHandle? TakeOnly(ReadOnlySpan<byte> control)
    {
        if (control.Length < HeaderSize || MemoryMarshal.Read<int>(control[8..]) != SolSocket || MemoryMarshal.Read<int>(control[12..]) != ScmRights)
        {
            return null;
        }

        var length = Math.Min((int)MemoryMarshal.Read<nuint>(control), control.Length) - HeaderSize;
        var handles = new SafeSocketHandle[length / sizeof(int)];
        for (var index = 0; index < handles.Length; index++)
        {
            handles[index] = new SafeSocketHandle(MemoryMarshal.Read<int>(control[(HeaderSize + (index * sizeof(int)))..]), ownsHandle: true);
        }

        if (handles is [var only])
        {
            return only;
        }

        Array.ForEach(handles, handle => handle.Dispose());
        return null;
    }

    /// <summary>True for a call that a signal has interrupted.</summary>
    private static bool IsToBeRepeated() => Marshal.GetLastPInvokeError() switch
    {
        LibC.Eintr => true,
        LibC.Eagain => throw new SocketException((int)SocketError.TimedOut),
        var error => throw new SocketException(error),
    };

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(SafeHandle socket, Message* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(SafeHandle socket, Message* message, int flags);

    /// <summary>struct iovec of &lt;sys/uio.h&gt;.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Piece
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct msghdr of &lt;sys/socket.h&gt;, as it is on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public Piece* Pieces;
        public nuint PieceCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
