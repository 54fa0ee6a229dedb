using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.Usbfs;

/// <summary>The one thread that reaps the URBs of all devices: one sleep for all nodes, and at each waking everything that has ended.</summary>
internal sealed class UsbfsEventThread : CompletionThread
{
    private readonly EpollSet _nodes = new();
    private readonly ConcurrentDictionary<ulong, UsbfsHandle> _handles = new();
    private readonly ulong[] _ready = new ulong[64];
    private readonly bool _splitBulk;
    private readonly ILogger _logger;
    private ulong _lastToken = EpollSet.Interrupted;
    private int _lastErrno;

    /// <param name="splitBulk">Act as if no host controller could gather.</param>
    /// <param name="logger">Where it says what goes wrong.</param>
    /// <exception cref="UsbException">The system has no descriptors left.</exception>
    public UsbfsEventThread(bool splitBulk, ILogger logger)
        : base("usbfs events")
    {
        (_splitBulk, _logger) = (splitBulk, logger);
        Start();
    }

    public override DeviceHandle Open(UsbDeviceInfo device, UsbfsNode node)
    {
        var errno = UsbfsRequests.GetCapabilities(node.Descriptor, out var capabilities);
        if (errno != 0)
        {
            throw new UsbException(
                errno == LinuxNative.NoDevice ? UsbFailure.NotFound : UsbFailure.Other,
                $"The device {device.BusId} does not say what it can ({node.Path}): {Marshal.GetPInvokeErrorMessage(errno)}.");
        }

        if (!capabilities.HasFlag(UsbfsCapabilities.NoPacketSizeLimit) || !capabilities.HasFlag(UsbfsCapabilities.ReapAfterDisconnect))
        {
            throw new UsbException(
                UsbFailure.BackendMissing, $"The kernel's usbfs is too old to serve {device.BusId} by itself.", "--backend libusb");
        }

        if (_splitBulk)
        {
            capabilities &= ~UsbfsCapabilities.BulkScatterGather;
        }

        var token = Interlocked.Increment(ref _lastToken);
        var handle = new UsbfsHandle(node, capabilities, token, this);
        _handles[token] = handle;
        if (!_nodes.TryAdd(node.Descriptor, token))
        {
            var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            _handles.TryRemove(token, out _);
            throw new UsbException(UsbFailure.Other, $"The device {device.BusId} cannot be waited for ({node.Path}): {reason}.");
        }

        return handle;
    }

    /// <summary>A device is about to be closed.</summary>
    public void Forget(ulong token, int node)
    {
        _nodes.Remove(node);
        _handles.TryRemove(token, out _);
    }

    protected override bool TryWait(TimeSpan longest)
    {
        var count = _nodes.Wait(_ready, longest);
        var errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        for (var index = 0; index < count; index++)
        {
            if (_handles.TryGetValue(_ready[index], out var handle))
            {
                handle.Reap();
            }
        }

        var isGood = errno is 0 or LinuxNative.Interrupted;
        if (!isGood && errno != _lastErrno)
        {
            Log.WaitFailed(_logger, errno);
        }

        _lastErrno = errno;
        return isGood;
    }

    protected override void Interrupt() => _nodes.Interrupt();

    protected override void Close() => _nodes.Dispose();
}
