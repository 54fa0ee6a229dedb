using System.CommandLine;
using UsbIp.Host.Control;

namespace UsbIp.Host.Commands;

/// <summary>The options that say how what is exported is shared among clients.</summary>
internal sealed class SharingArguments
{
    public Option<string?> IdleRelease { get; } = new("--idle-release")
    {
        Description = "Take the device back from a client that has moved nothing for so long, such as 10m",
        HelpName = "TIME",
    };

    public Option<bool> AllowTakeOver { get; } = new("--allow-take-over")
    {
        Description = "Let 'usbip-client attach --take-over' take the device from the client that holds it",
    };

    /// <summary>What was asked for; null if nothing was.</summary>
    /// <exception cref="CommandException">The time is none.</exception>
    public ShareRequest? Of(ParseResult parsed)
    {
        var idle = parsed.GetValue(IdleRelease) is { } text ? DurationText.Parse("--idle-release", text).TotalSeconds : (double?)null;
        return idle is null && !parsed.GetValue(AllowTakeOver) ? null : new ShareRequest(idle, parsed.GetValue(AllowTakeOver) ? true : null);
    }
}
