using System.CommandLine;
using UsbIp.Host.Control;

namespace UsbIp.Host.Commands;

/// <summary>BUSID..., or -b BUSID as with the stock tool.</summary>
internal sealed class BusIdArguments
{
    public Argument<string[]> Argument { get; } = new("BUSID")
    {
        Description = "What 'usbip-host list' shows in its first column, such as 1-2 or 3-1.4",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>The habit of <c>usbip bind -b 1-2</c>.</summary>
    public Option<string[]> StockOption { get; } = new("--busid", "-b") { Hidden = true, HelpName = "BUSID" };

    /// <summary>All that were given, each once.</summary>
    /// <exception cref="CommandException">One is no busid.</exception>
    public IReadOnlyList<string> Of(ParseResult parsed)
    {
        string[] all = [.. (parsed.GetValue(Argument) ?? []).Concat(parsed.GetValue(StockOption) ?? []).Distinct()];
        foreach (var text in all)
        {
            BusIdText.Parse(text);
        }

        return all;
    }

    /// <exception cref="CommandException">None was given, or one is no busid.</exception>
    public IReadOnlyList<string> Required(ParseResult parsed) => Of(parsed) is { Count: > 0 } all
        ? all
        : throw new CommandException(ExitCode.Usage, "No BUSID was given.", "usbip-host list, which shows the busid of every device");
}
