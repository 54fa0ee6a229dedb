using System.CommandLine;
using System.Globalization;
using UsbIp.Protocol;

namespace UsbIp.Client.Commands;

/// <summary>--wait[=TIME], --take-over and --hold: what attach does about other clients that want the device. The bridge's own command has them too.</summary>
internal sealed class WaitOption
{
    /// <summary>The option that keeps others from taking the device over; a lasting attachment has it too.</summary>
    public const string HoldName = "--hold";

    private const string Name = "--wait";
    private const string TakeOverName = "--take-over";
    private const string Forever = "forever";

    public Option<string?> Wait { get; } = new(Name)
    {
        Description = "Where another client holds the device, wait in line for it; for ever, or so long (--wait=10m)",
        HelpName = "TIME",
    };

    public Option<bool> TakeOver { get; } = new(TakeOverName)
    {
        Description = "Take the device from the client that holds it, where its host allows that (usbip-host export --allow-take-over) and that client does not keep it",
    };

    public Option<bool> Hold { get; } = new(HoldName) { Description = "Let no other client take it over" };

    /// <summary>Gives --wait without a time the time that it means, so that the next word is not taken for one.</summary>
    public static string[] Spell(string[] args) => [.. args.Select(word => word == Name ? $"{Name}={Forever}" : word)];

    /// <summary>The same request with these options.</summary>
    /// <exception cref="CommandException">The time is none.</exception>
    public AttachRequest Apply(ParseResult parsed, AttachRequest request) => request with
    {
        Queue = parsed.GetValue(Wait) is not null,
        QueueLimit = parsed.GetValue(Wait) is { } text && text != Forever ? Parse(text) : null,
        TakeOver = parsed.GetValue(TakeOver),
        Hold = parsed.GetValue(Hold),
    };

    /// <summary>Writes the options of a request into another command line.</summary>
    public static void Write(AttachRequest request, ICollection<string> arguments)
    {
        if (request.Queue)
        {
            arguments.Add(request.QueueLimit is { } limit ? string.Create(CultureInfo.InvariantCulture, $"{Name}={limit.TotalSeconds}s") : Name);
        }

        if (request.TakeOver)
        {
            arguments.Add(TakeOverName);
        }

        if (request.Hold)
        {
            arguments.Add(HoldName);
        }
    }

    private static TimeSpan Parse(string text) => TimeText.TryParse(text, out var seconds) && seconds is > 0 and <= 30 * 86_400
        ? TimeSpan.FromSeconds(seconds)
        : throw new CommandException(ExitCode.Usage, $"{Name}={text}: it takes a time up to 30d, such as 90s, 10m or 2h.", $"{Name} alone waits for ever.");
}
