using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using UsbIp.Client;
using UsbIp.Client.Remote;

namespace UsbIp.Benchmarks.Processes;

/// <summary>A published usbip-host that serves virtual devices on a port of its own, with its control socket in a directory of its own.</summary>
internal sealed class HostProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory;

    private HostProcess(string directory, MeasuredProcess process, HostAddress address) => (_directory, Process, Address) = (directory, process, address);

    public MeasuredProcess Process { get; }

    public HostAddress Address { get; }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="program">The published program.</param>
    /// <param name="devices">How many zero devices it serves: sources and sinks that answer at once.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The host owns its process.")]
    public static HostProcess Start(string program, int devices)
    {
        var directory = Directory.CreateTempSubdirectory("usbip-bench").FullName;
        var port = FreePort();
        var arguments = new List<string>
        {
            "serve", "--quiet", "--control", Path.Combine(directory, "control"),
            "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"),
        };
        for (var device = 0; device < devices; device++)
        {
            arguments.AddRange(["--virtual", "zero:super"]);
        }

        var host = new HostProcess(directory, MeasuredProcess.Start(program, arguments), new HostAddress("127.0.0.1", port));
        host.WaitUntilServing(devices);
        return host;
    }

    public void Dispose()
    {
        Process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private void WaitUntilServing(int devices)
    {
        var begin = Stopwatch.GetTimestamp();
        using var pause = new ManualResetEventSlim();
        while (!IsServing(devices))
        {
            if (Stopwatch.GetElapsedTime(begin) > Patience)
            {
                throw new TimeoutException($"usbip-host does not serve its {devices} devices on {Address} after {Patience.TotalSeconds:0} s.");
            }

            pause.Wait(TimeSpan.FromMilliseconds(20)); // nothing tells another process that the port is open
        }
    }

    private bool IsServing(int devices)
    {
        try
        {
            using var connection = HostConnection.Connect(Address);
            return connection.List().Count == devices;
        }
        catch (CommandException)
        {
            return false;
        }
    }
}
