using System.CommandLine;
using System.Globalization;
using UsbIp.Client.Persist;
using UsbIp.Client.Remote;
using UsbIp.Client.Vhci;
using UsbIp.Protocol.Selection;

namespace UsbIp.Client.Commands;

/// <summary><c>usbip-client detach PORT</c>: unplugs a device from this machine, whoever attached it.</summary>
internal sealed class DetachCommand(ClientSettings settings, Output output)
{
    private static readonly TimeSpan FreeTimeout = TimeSpan.FromSeconds(10);

    public static Command Define(GlobalOptions global)
    {
        var words = new Argument<string[]>("PORT")
        {
            Description = "The port, as 'usbip-client port' shows it; or HOST DEVICE, also where that device is kept and waited for",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var stock = new Option<string?>("--port", "-p") { Description = "The port, as the stock tools take it", HelpName = "PORT" };
        var all = new Option<bool>("--all", "-a") { Description = "Detach every device, and wait for none any more" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("detach", "Unplug an attached device from this machine") { words, stock, all, json };
        command.SetAction(parsed => global.Run(parsed, (settings, output) => new DetachCommand(settings, output).Run(
            parsed.GetValue(stock) is { } port ? [port, .. parsed.GetValue(words) ?? []] : parsed.GetValue(words) ?? [],
            parsed.GetValue(global.TcpPort),
            parsed.GetValue(all),
            parsed.GetValue(json))));
        return command;
    }

    public ExitCode Run(string[] words, string? tcpPort, bool all, bool json)
    {
        var kept = KeptStates.Read(settings.Records);
        int[] detached = [];
        KeptState[] ended = [];
        switch (words)
        {
            case [] when all:
                detached = Detach([.. settings.Driver.ReadPorts().Where(row => !row.IsFree).Select(row => row.Number)], mayBeFree: true);
                ended = End(kept.Where(state => state.Port is not { } port || !detached.Contains(port)));
                break;
            case [var port] when !all:
                detached = Detach([Attached(ParseNumber(port), settings.Driver.ReadPorts())], mayBeFree: false);
                break;
            case [_, _] when !all:
                (detached, ended) = DetachDevice(HostArgument.Parse(words, remote: null, busId: null, tcpPort), kept);
                break;
            default:
                throw new CommandException(ExitCode.Usage, "detach takes either a port, a host and its device, or --all.", "'usbip-client port' for what is attached.");
        }

        Report(detached, ended, json);
        return ExitCode.Success;
    }

    private (int[] Detached, KeptState[] Ended) DetachDevice((HostAddress Host, DeviceSelector Device) named, IReadOnlyList<KeptState> kept)
    {
        var (host, device) = (named.Host.ToString(), named.Device.Text);
        var keeper = kept.FirstOrDefault(state => state.Host == host && (state.Device == device || state.RemoteBusId == device));
        var attached = keeper is { Owner: null } ? null : AttachedDevice.Find(settings, named.Host, named.Device);
        keeper ??= attached is null ? null : kept.FirstOrDefault(state => state.Port == attached.Number);
        return (keeper, attached) switch
        {
            ({ Owner: not null } claimed, { } port) => EndOfAnother(claimed, port.Number),
            ({ } process, _) => ([], End([process])),
            (_, { } port) => (Detach([port.Number], mayBeFree: false), []),
            _ => throw new CommandException(
                ExitCode.NotFound, $"{device} of {host} is neither attached nor kept here.", "'usbip-client port' for what is attached."),
        };
    }

    /// <summary>What another user's file says of a port is a claim: the port is looked at when that process has ended.</summary>
    private (int[] Detached, KeptState[] Ended) EndOfAnother(KeptState claimed, int port)
    {
        var ended = End([claimed]);
        return (settings.Driver.ReadPort(port).IsFree ? [] : Detach([port], mayBeFree: true), ended);
    }

    /// <summary>Ends all of them, also where one does not end.</summary>
    private KeptState[] End(IEnumerable<KeptState> kept)
    {
        KeptState[] ending = [.. kept];
        CommandException? first = null;
        foreach (var state in ending)
        {
            try
            {
                KeptDevices.End(state, settings.Patience);
            }
            catch (CommandException error)
            {
                first ??= error;
            }
        }

        return first is null ? ending : throw first;
    }

    private int[] Detach(int[] numbers, bool mayBeFree)
    {
        var detached = numbers.Select(attached => (Number: attached, Device: settings.Driver.FindDevice(attached), Record: settings.Records.Find(attached)))
            .Where(each => TryDetach(each.Number, mayBeFree))
            .ToArray();
        foreach (var (freed, device, record) in detached)
        {
            WaitUntilFree(freed, device);
            settings.Records.Remove(freed, record); // the next attachment may have this port already
        }

        return [.. detached.Select(each => each.Number)];
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

    private void WaitUntilFree(int number, string? device)
    {
        if (!settings.Driver.WaitUntilFree(number, device, FreeTimeout * settings.Patience))
        {
            throw new CommandException(
                ExitCode.Timeout,
                $"The kernel has not freed port {number:00} within {(FreeTimeout * settings.Patience).TotalSeconds:0} s.",
                "close what still uses the device, and look at 'dmesg | tail'.");
        }
    }

    private void Report(int[] numbers, KeptState[] ended, bool json)
    {
        if (json)
        {
            output.Json(new DetachedView(numbers, ended), JsonViews.Default.DetachedView);
            return;
        }

        foreach (var number in numbers)
        {
            output.Done($"detached port {number:00}");
        }

        foreach (var state in ended)
        {
            output.Done($"{state.Device} of {state.Host} is kept no longer");
        }

        if (numbers.Length + ended.Length == 0)
        {
            output.Remark("Nothing is attached.");
        }
    }
}
