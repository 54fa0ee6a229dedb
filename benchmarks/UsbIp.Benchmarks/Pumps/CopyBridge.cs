using System.Net.Sockets;
using System.Runtime.InteropServices;
using UsbIp.Client.Interop;

namespace UsbIp.Benchmarks.Pumps;

/// <summary>
/// The building block that the bridge is held against: two threads, each a blocking recv and a blocking send through 128 KiB of native
/// memory. It looks at nothing and protects nobody. Owns neither socket.
/// </summary>
internal sealed class CopyBridge(Socket kernel, Socket host)
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Copies until either side ends, then ends the other.</summary>
    public void Run()
    {
        var back = new Thread(() => Copy(host, kernel)) { IsBackground = true, Name = "copy from host" };
        back.Start();
        Copy(kernel, host);
        back.Join();
    }

    private static unsafe void Copy(Socket from, Socket to)
    {
        var memory = NativeMemory.Alloc(BufferSize);
        var buffer = new Span<byte>(memory, BufferSize);
        var (source, target) = (new BlockingSocket(from), new BlockingSocket(to));
        while (source.Receive(buffer) is > 0 and var received)
        {
            if (!SendAll(target, buffer[..received]))
            {
                break;
            }
        }

        NativeMemory.Free(memory);
        End(from);
        End(to);
    }

    private static bool SendAll(BlockingSocket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var sent = socket.Send(bytes);
            if (sent <= 0)
            {
                return false;
            }

            bytes = bytes[sent..];
        }

        return true;
    }

    private static void End(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The peer was faster.
        }
    }
}
