using System.CommandLine;
using System.Globalization;
using UsbIp.Client.Vhci;

namespace UsbIp.Client.Commands;

/// <summary><c>usbip-client detach PORT</c>: unplugs a device from this machine, whoever attached it.</summary>
internal sealed class DetachCommand(ClientSettings settings, Output output)
{
    private static readonly TimeSpan FreeTimeout = TimeSpan.FromSeconds(10);

    public static Command Define(GlobalOptions global)
    {
        var port = new Argument<string?>("PORT") { Description = "The port, as 'usbip-client port' shows it", Arity = ArgumentArity.ZeroOrOne };
        var stock = new Option<string?>("--port", "-p") { Description = "The port, as the stock tools take it", HelpName = "PORT" };
        var all = new Option<bool>("--all", "-a") { Description = "Detach every device" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("detach", "Unplug an attached device from this machine") { port, stock, all, json };
        command.SetAction(parsed => global.Run(parsed, (settings, output) => new DetachCommand(settings, output).Run(
            parsed.GetValue(stock) ?? parsed.GetValue(port), parsed.GetValue(all), parsed.GetValue(json))));
        return command;
    }

    public ExitCode Run(string? port, bool all, bool json)
    {
        if (all == (port is not null))
        {
            throw new CommandException(ExitCode.Usage, "detach takes either a port or --all.", "'usbip-client port' for what is attached.");
        }

        var number = port is null ? -1 : ParseNumber(port);
        var rows = settings.Driver.ReadPorts();
        int[] numbers = all ? [.. rows.Where(row => !row.IsFree).Select(row => row.Number)] : [Attached(number, rows)];
        var detached = numbers.Select(attached => (Number: attached, Record: settings.Records.Find(attached)))
            .Where(each => TryDetach(each.Number, mayBeFree: all))
            .ToArray();
        foreach (var (freed, record) in detached)
        {
            WaitUntilFree(freed);
            settings.Records.Remove(freed, record); // the next attachment may have this port already
        }

        Report([.. detached.Select(each => each.Number)], json);
        return ExitCode.Success;
    }

    /// <summary>False if somebody else was faster, where that is what the user wanted.</summary>
    private bool TryDetach(int number, bool mayBeFree)
    {
        try
        {
            settings.Driver.Detach(number);
            return true;
        }
        catch (CommandException error) when (mayBeFree && error.ExitCode == ExitCode.NotFound)
        {
            return false;
        }
    }

    private static int ParseNumber(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new CommandException(ExitCode.Usage, $"'{text}' is not a port number.", "'usbip-client port' for what is attached.");

    private static int Attached(int number, IReadOnlyList<VhciPort> rows)
    {
        var row = rows.FirstOrDefault(candidate => candidate.Number == number) ?? throw new CommandException(
            ExitCode.Usage,
            $"There is no port {number}: vhci_hcd has the ports 0 to {rows.Count - 1}.",
            "'usbip-client port' for what is attached.");
        return row.IsFree ? throw VhciDriver.NotAttached(number) : number;
    }

    private void WaitUntilFree(int number)
    {
        if (!settings.Driver.WaitUntilFree(number, FreeTimeout * settings.Patience))
        {
            throw new CommandException(
                ExitCode.Timeout,
                $"The kernel has not freed port {number:00} within {(FreeTimeout * settings.Patience).TotalSeconds:0} s.",
                "close what still uses the device, and look at 'dmesg | tail'.");
        }
    }

    private void Report(int[] numbers, bool json)
    {
        if (json)
        {
            output.Json(new DetachedView(numbers), JsonViews.Default.DetachedView);
            return;
        }

        foreach (var number in numbers)
        {
            output.Done($"detached port {number:00}");
        }

        if (numbers.Length == 0)
        {
            output.Remark("Nothing is attached.");
        }
    }
}
