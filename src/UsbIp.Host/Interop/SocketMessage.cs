using System.Runtime.InteropServices;

namespace UsbIp.Host.Interop;

/// <summary>struct iovec of &lt;sys/uio.h&gt;.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct IoVector
{
    public byte* Base;
    public nuint Length;
}

/// <summary>struct msghdr of &lt;sys/socket.h&gt;, as it is on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SocketMessage
{
    public void* Name;
    public uint NameLength;
    public IoVector* Pieces;
    public nuint PieceCount;
    public void* Control;
    public nuint ControlLength;
    public int Flags;
}
