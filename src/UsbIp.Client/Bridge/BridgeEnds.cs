using System.ComponentModel;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>The sentences with which sessions end.</summary>
internal static class BridgeEnds
{
    public static readonly BridgeEnd KernelDetached = new(BridgeEndKind.KernelDetached, "The kernel detached the device.");

    public static readonly BridgeEnd Stopped = new(BridgeEndKind.Stopped, "The bridge was stopped.");

    public static BridgeEnd HostClosed(int unfinished) => new(
        BridgeEndKind.HostClosed,
        unfinished == 0 ? "The host closed the connection." : $"The host closed the connection {unfinished} bytes into a reply.");

    public static BridgeEnd HostSaid(Parting parting) =>
        new(BridgeEndKind.HostClosed, $"The host ended the session: {parting.Reason}.") { Rest = parting.Rest };

    /// <param name="error">The errno of send(2) or recv(2).</param>
    public static BridgeEnd Lost(int error) =>
        new(BridgeEndKind.HostLost, $"The connection to the host broke: {new Win32Exception(error).Message}.");

    public static BridgeEnd BacklogFull(int backlog) => new(
        BridgeEndKind.HostLost,
        $"The host does not read: {backlog >> 20} MiB wait for it, and {BridgeLimits.MaxBacklog >> 20} MiB is the limit.");

    public static BridgeEnd Silent(TimeSpan silence) => new(
        BridgeEndKind.HostLost,
        $"The host no longer answers: an unlink was left unanswered, and for {silence.TotalSeconds:0.0} s nothing at all came.");

    public static BridgeEnd SilentToPing(TimeSpan silence) => new(
        BridgeEndKind.HostLost,
        $"The host no longer answers: its machine takes what is sent, and its USB/IP program has said nothing for {silence.TotalSeconds:0.0} s.");

    public static BridgeEnd SilentWithinReply(TimeSpan silence) => new(
        BridgeEndKind.HostLost,
        $"The host no longer answers: it stopped in the middle of a reply, and for {silence.TotalSeconds:0.0} s nothing came.");
}
