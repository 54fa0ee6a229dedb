namespace UsbIp.Client.Bridge;

/// <summary>How long the bridge waits and how much it keeps. Each number is one side of a promise; docs/security.md has the reasons.</summary>
internal static class BridgeLimits
{
    /// <summary>Bytes read at once, from either side: larger buffers don't make it faster, smaller ones do make it slower.</summary>
    public const int ReadSize = 256 * 1024;

    /// <summary>Answered URBs whose late or second replies can still be told from inventions.</summary>
    public const int HistoryLength = 1024;

    /// <summary>URBs and unlinks that the bridge answered itself and the host still owes a reply to.</summary>
    public const int OwedLength = 4096;

    /// <summary>Second replies per minute that are swallowed; one more ends the session.</summary>
    public const int LateRepliesPerMinute = 16;

    /// <summary>Bytes waiting for a host that doesn't read. The kernel's drivers have far less in flight; beyond this the session ends.</summary>
    public const int MaxBacklog = 64 * 1024 * 1024;

    /// <summary>
    /// How long the thread that reads the kernel's end waits for the host to take bytes before it leaves them to the backlog and reads on.
    /// Together with <see cref="UnlinkDeadline"/> this is the 2 s within which an UNLINK is answered.
    /// </summary>
    public static readonly TimeSpan SendPatience = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the host may take to answer an UNLINK before the bridge does: vhci has no timer of its own.</summary>
    public static readonly TimeSpan UnlinkDeadline = TimeSpan.FromMilliseconds(1600);

    /// <summary>How long a host may then stay silent before it counts as lost.</summary>
    public static readonly TimeSpan SilenceAfterUnlink = TimeSpan.FromSeconds(1);

    /// <summary>How long a host that answers no pings may stay silent in the middle of a reply: with the watch's interval, 3 s at most.</summary>
    public static readonly TimeSpan SilenceWithinReply = TimeSpan.FromMilliseconds(2400);

    /// <summary>
    /// The same of one that is asked by pings: these decide long before, and TCP does if they are never acknowledged. For a machine that acknowledges some
    /// of what is sent and never all.
    /// </summary>
    public static readonly TimeSpan SilenceWithinReplyAsked = TimeSpan.FromSeconds(30);

    /// <summary>How long the kernel may take to read replies; it always reads, so this only keeps a broken one from holding a thread.</summary>
    public static readonly TimeSpan KernelPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the kernel's drivers must have submitted nothing, after all was given back to them, before the plug is pulled. A driver that
    /// resets the port then (usb-storage) asks for the descriptor 110 ms later: hub_port_reset sleeps 60 ms in the reset and 50 ms after it.
    /// Half of that keeps the end of stream away from the request, which otherwise could arrive while vhci_hcd shuts the connection down,
    /// and would stay there until its own time-out of 5 s.
    /// </summary>
    public static readonly TimeSpan UnplugDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>What that time is slept in: short against the time for which a busy machine may keep a virtual one from running.</summary>
    public static readonly TimeSpan UnplugStep = TimeSpan.FromMilliseconds(5);

    /// <summary>A step that took longer than this was one in which the bridge had no processor, and counts for as much.</summary>
    public static readonly TimeSpan UnplugStepLimit = UnplugStep * 3;

    /// <summary>How long they may go on submitting or keep the device's lock, counted in such steps: an unplug must be one within 3 s.</summary>
    public static readonly TimeSpan UnplugPatience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often the watch looks, while the kernel waits for anything. A host of our own that said nothing from one look to the next is asked whether it is
    /// there.
    /// </summary>
    public static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Looks after which a ping without a pong means that the host is lost: 1.75 s at most after it fell silent, and 1.25 s after it was asked. Drivers
    /// need the rest of the 3 s until an unplug is one: usb-storage resets the port first.
    /// </summary>
    public const int LooksForPong = 5;

    /// <summary>At how many of them its machine must have had all that was sent, and at twice as many more as its network was away
    /// for in one go: its TCP may sleep that long and a round trip's time-out longer before it tries again.</summary>
    public const int LooksWithHost = 4;

    /// <summary>Looks after which a host that has the question is lost, however often its network was away meanwhile: half a minute.</summary>
    public const int MostLooks = 120;
}
