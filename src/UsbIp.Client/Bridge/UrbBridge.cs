using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Client.Bridge.Ahead;
using UsbIp.Client.Interop;
using UsbIp.Protocol;
using UsbIp.Shared;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Relays one imported device's URBs between this machine's kernel and the host, as the kernel's shield:
/// <code>
///   vhci_tx ==> KernelReader: what was asked -> PendingUrbs ==> HostWriter ==> host
///   vhci_rx &lt;== KernelEnd &lt;== ReplyShield: is it what was asked? &lt;== HostReader &lt;== host
///                  '-- HostWatch: unlinks that the host leaves unanswered
/// </code>
/// Two blocking threads, the caller's of <see cref="Run"/> and one more; a third only while the host doesn't read, or while a task has the
/// device's lock at the end. Owns both sockets: when the session ends, for whatever reason, both are closed, which for the kernel is a plain unplug.
/// </summary>
public sealed class UrbBridge : IDisposable
{
    private readonly Socket _kernelSocket;
    private readonly Socket _hostSocket;
    private readonly DeviceRecord _device;
    private readonly ILogger _logger;
    private readonly PendingUrbs _pending;
    private readonly KernelEnd _kernelEnd;
    private readonly HostWriter _hostWriter;
    private readonly ReadAhead _ahead;
    private readonly GiveWayAnswers _answers;
    private readonly HostWatch _watch;
    private readonly KernelReader _kernelReader;
    private readonly HostReader _hostReader;
    private readonly LastQuiet _lastQuiet;
    private readonly ManualResetEventSlim _kernelReaderEnded = new();
    private BridgeEnd? _end;

    /// <param name="kernel">The bridge's end of the pair whose other end vhci_hcd has.</param>
    /// <param name="host">The connection to the host, past the import; its send timeout becomes the bridge's.</param>
    /// <param name="device">What was imported.</param>
    /// <param name="logger">Gets one line when the session ends.</param>
    /// <param name="options">What the user and the host allow.</param>
    /// <param name="time">The clock of the unlink deadline; the system's unless a test says otherwise.</param>
    public UrbBridge(Socket kernel, Socket host, DeviceRecord device, ILogger logger, BridgeOptions options, TimeProvider? time = null)
    {
        (_kernelSocket, _hostSocket, _device, _logger) = (kernel, host, device, logger);
        time ??= TimeProvider.System;
        host.SendTimeout = (int)BridgeLimits.SendPatience.TotalMilliseconds;
        kernel.SendTimeout = (int)BridgeLimits.KernelPatience.TotalMilliseconds;
        var kernelIo = new BlockingSocket(kernel, pollsFirst: true);
        var hostIo = new BlockingSocket(host);
        _pending = new PendingUrbs(time);
        _kernelEnd = new KernelEnd(kernelIo);
        _hostWriter = new HostWriter(hostIo);
        _ahead = new ReadAhead(_pending, _kernelEnd, _hostWriter, device, options);
        var ping = new HostPing(_hostWriter, () => TcpAcknowledgement.HasAll(host), options.Promised.HasFlag(Extensions.Heartbeat));
        _answers = new GiveWayAnswers(_hostWriter, options.WhyKept, options.Promised.HasFlag(Extensions.GiveWay), device.BusId, logger);
        var shield = new ReplyShield(_pending, new EnumerationGuard(device), _ahead, new LateReplies(time), ping, _answers);
        _watch = new HostWatch(_pending, _kernelEnd, _ahead, ping, time, End, logger);
        _kernelReader = new KernelReader(kernelIo, _pending, _hostWriter, _kernelEnd, _watch, _ahead);
        _hostReader = new HostReader(hostIo, shield, _ahead, _kernelEnd, _watch, logger);
        _lastQuiet = new LastQuiet(_kernelReader, _kernelReaderEnded, options.AwaitUnlocked);
    }

    /// <summary>Relays until either side ends, then closes both. Call it once.</summary>
    public BridgeEnd Run()
    {
        var hostThread = new Thread(RunHostReader) { IsBackground = true, Name = "bridge host reader" };
        hostThread.Start();
        RunKernelReader();
        hostThread.Join();
        Dispose();

        var end = _end!;
        if (end.IsClean)
        {
            Log.Ended(_logger, _device.BusId, end.Reason);
        }
        else
        {
            Log.Broke(_logger, _device.BusId, end.Kind, end.Reason);
        }

        return end;
    }

    /// <summary>Ends the session from any thread; <see cref="Run"/> then returns. Harmless when it has ended already.</summary>
    public void Stop() => End(BridgeEnds.Stopped);

    /// <summary>Closes both sockets. <see cref="Run"/> does it by itself; needed only if it never ran.</summary>
    public void Dispose()
    {
        Stop();
        _hostWriter.Close();
        _watch.Dispose();
        _answers.Dispose();
        _kernelReaderEnded.Dispose();
        _kernelSocket.Dispose();
        _hostSocket.Dispose();
    }

    private void RunKernelReader()
    {
        try
        {
            BridgeEnd end;
            do
            {
                end = _kernelReader.Run();
                End(end);
            }
            while (end.Kind != BridgeEndKind.KernelDetached); // a lost host is no reason to leave the kernel unanswered
        }
        catch (ProtocolException broken)
        {
            End(new BridgeEnd(BridgeEndKind.KernelBrokeProtocol, broken.Message));
        }

        _kernelReaderEnded.Set();
    }

    private void RunHostReader()
    {
        try
        {
            End(_hostReader.Run());
        }
        catch (ProtocolException broken)
        {
            End(new BridgeEnd(BridgeEndKind.HostBrokeProtocol, broken.Message));
        }

        Unplug();
    }

    /// <summary>The first reason is the reason. Shutting the host's socket down wakes its reader, whose thread then does the rest.</summary>
    private void End(BridgeEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is null)
        {
            _kernelReader.BeginEnding();
            ShutDown(_hostSocket);
        }
    }

    /// <summary>Gives the kernel its URBs back, then, when its drivers have seen that the device is gone, its end of stream.</summary>
    private void Unplug()
    {
        LastReplies.Write(_pending, _kernelEnd, _ahead);
        _lastQuiet.Await();
        ShutDown(_kernelSocket);
    }

    private static void ShutDown(Socket socket)
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
