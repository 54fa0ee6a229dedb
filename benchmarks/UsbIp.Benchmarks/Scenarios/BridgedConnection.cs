using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using UsbIp.Benchmarks.Processes;
using UsbIp.Benchmarks.Pumps;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>
/// A bridge in a process of its own, with its kernel end here. The two are joined through a named UNIX stream socket, which after connecting is
/// what a socketpair is; .NET has no way to hand one end of a pair to a child.
/// </summary>
internal sealed class BridgedConnection : IDisposable
{
    private BridgedConnection(MeasuredProcess bridge, Socket kernel) => (Bridge, Kernel) = (bridge, kernel);

    public MeasuredProcess Bridge { get; }

    /// <summary>The kernel's end.</summary>
    public Socket Kernel { get; }

    /// <param name="kind">Which of <see cref="PumpProcess"/>'s bridges.</param>
    /// <param name="hostPort">Where the host listens.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The connection owns both.")]
    public static BridgedConnection Open(string kind, int hostPort)
    {
        var directory = Directory.CreateTempSubdirectory("usbip-bench").FullName;
        var path = Path.Combine(directory, "kernel");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var bridge = MeasuredProcess.StartSelf(kind, path, hostPort.ToString(CultureInfo.InvariantCulture));
        var kernel = listener.Accept();
        bridge.ReadLine();
        Directory.Delete(directory, recursive: true);
        return new BridgedConnection(bridge, kernel);
    }

    public void Dispose()
    {
        Kernel.Dispose();
        Bridge.Dispose();
    }
}
