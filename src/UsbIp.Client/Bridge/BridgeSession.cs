using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Client.Interop;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// What the attach command works with: a bridge to a host that has granted a device, and the end of its socketpair that is ready for
/// vhci_hcd. Write <see cref="KernelEnd"/>'s descriptor to the attach file, call <see cref="HandedOver"/>, then run the bridge.
/// </summary>
public sealed class BridgeSession : IDisposable
{
    private readonly SocketPair _pair;

    private BridgeSession(SocketPair pair, DeviceRecord device, UrbBridge bridge) => (_pair, Device, Bridge) = (pair, device, bridge);

    /// <summary>A session past its import, with no byte left in it.</summary>
    public Socket KernelEnd => _pair.KernelEnd;

    /// <summary>The imported device, as read on the kernel's end.</summary>
    public DeviceRecord Device { get; }

    public UrbBridge Bridge { get; }

    /// <summary>Makes the pair, runs the import over it, and puts the bridge between. Takes the host's socket over, also when it throws.</summary>
    /// <param name="host">A blocking socket that was never used asynchronously, past the host's OP_REP_IMPORT.</param>
    /// <param name="granted">What that reply said.</param>
    /// <param name="logger">Gets one line when the session ends.</param>
    /// <param name="options">What the user and the host allow the bridge.</param>
    /// <exception cref="SocketException">The process or the system has no descriptor left.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The session owns pair and bridge; where none is made, both sockets are disposed.")]
    public static BridgeSession Open(Socket host, DeviceRecord granted, ILogger logger, BridgeOptions options)
    {
        SocketPair? pair = null;
        try
        {
            pair = SocketPair.Create();
            ImportOverPair.Ask(pair.KernelEnd, granted.BusId);
            ImportOverPair.Answer(pair.BridgeEnd, granted);
            var device = ImportOverPair.ReadGrant(pair.KernelEnd, granted.BusId);
            return new BridgeSession(pair, device, new UrbBridge(pair.BridgeEnd, host, device, logger, options));
        }
        catch
        {
            pair?.Dispose();
            host.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The kernel has taken its own reference to <see cref="KernelEnd"/>: closes ours, so that the kernel's detach is seen as the end of
    /// the stream.
    /// </summary>
    public void HandedOver() => _pair.KernelEnd.Dispose();

    public void Dispose()
    {
        Bridge.Dispose();
        _pair.Dispose();
    }
}
