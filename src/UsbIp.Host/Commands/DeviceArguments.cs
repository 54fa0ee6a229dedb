using System.CommandLine;
using UsbIp.Host.Control;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Commands;

/// <summary>DEVICE..., or -b BUSID as with the stock tool.</summary>
internal sealed class DeviceArguments
{
    public Argument<string[]> Argument { get; } = new("DEVICE")
    {
        Description = $"A busid as 'usbip-host list' shows it, or another way to name a device: {DeviceSelector.Forms}",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>The habit of <c>usbip bind -b 1-2</c>.</summary>
    public Option<string[]> StockOption { get; } = new("--busid", "-b") { Hidden = true, HelpName = "BUSID" };

    /// <summary>All that were given, each once.</summary>
    /// <exception cref="CommandException">One is no selector.</exception>
    public IReadOnlyList<string> Of(ParseResult parsed)
    {
        string[] all = [.. (parsed.GetValue(Argument) ?? []).Concat(parsed.GetValue(StockOption) ?? []).Distinct()];
        foreach (var text in all)
        {
            DeviceChoice.Parse(text);
        }

        return all;
    }

    /// <exception cref="CommandException">None was given, or one is no selector.</exception>
    public IReadOnlyList<string> Required(ParseResult parsed) => Of(parsed) is { Count: > 0 } all
        ? all
        : throw new CommandException(ExitCode.Usage, "No device was named.", "usbip-host list, which shows the busid of every device");
}
