using System.CommandLine;
using UsbIp.Host.Control;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Commands;

/// <summary>export: has the running daemon export devices; where none runs, becomes it.</summary>
public sealed class ExportCommand(CommandContext context, UsbNames names)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var devices = new DeviceArguments();
        var arguments = new ServeArguments();
        var keep = new Option<bool>("--keep") { Description = "Remember it: export the device whenever it is plugged in, as 'usbip-host rule' shows" };
        var command = new Command("export", "Export devices: by the running daemon, or by becoming one ('bind' is the same)")
        {
            devices.Argument,
            devices.StockOption,
            arguments.Listen,
            arguments.Virtual,
            arguments.Force,
            arguments.Sharing.IdleRelease,
            arguments.Sharing.AllowTakeOver,
            arguments.Backend,
            keep,
        };
        var json = DoneViews.JsonOption();
        command.Add(json);
        command.Aliases.Add("bind");
        command.SetAction(async (parsed, _) =>
        {
            var exports = parsed.GetValue(arguments.Virtual) is { Length: > 0 } ? devices.Of(parsed) : devices.Required(parsed);
            var options = arguments.Of(parsed, exports) with { Keep = parsed.GetValue(keep) };
            return (int)await new ExportCommand(contextOf(parsed), UsbNames.Load()).RunAsync(options, arguments.IsUsed(parsed), parsed.GetValue(json));
        });
        return command;
    }

    /// <param name="options">What to export, and how to serve if this becomes the daemon.</param>
    /// <param name="isServing">Whether options were given that only a daemon at its start can heed.</param>
    /// <param name="json">Whether to say what was done in JSON, where a daemon runs.</param>
    /// <exception cref="CommandException">It cannot be done.</exception>
    public async Task<ExitCode> RunAsync(ServeOptions options, bool isServing, bool json)
    {
        using (var daemon = context.ConnectToDaemon())
        {
            if (daemon is not null)
            {
                return Ask(daemon, options, isServing, json);
            }
        }

        context.Remark("no daemon is running, so this command becomes it. Ctrl+C ends it.");
        return await new ServeCommand(context).RunAsync(options);
    }

    private ExitCode Ask(ControlClient daemon, ServeOptions options, bool isServing, bool json)
    {
        if (isServing)
        {
            throw new CommandException(
                ExitCode.AlreadyRunning,
                "A daemon is already running; --listen, --virtual and --backend are for its start.",
                "without these options, or end that daemon first");
        }

        var access = context.AccessFor(daemon);
        return DoneViews.ForEach(options.Exports, Export, Say, json ? DoneViews.Printing(context) : null);

        DeviceChange Export(string selector)
        {
            var grant = access?.Grant(selector, options.Keep, () => RuleAccess.ListTraits(context));
            try
            {
                var reply = daemon.Export(selector, options.Force, options.Keep, options.Sharing);
                if (reply.Device is null && grant is { IsCovered: false })
                {
                    context.Remark(ExportGrant.Missing(selector)); // of a device that is there the daemon has just seen that it may open it
                }

                return new DeviceChange(selector, reply.Changed, reply.Device, reply.Rule);
            }
            catch (CommandException)
            {
                access?.Undo(grant!.Value, options.Keep);
                throw;
            }
        }
    }

    private void Say(DeviceChange done)
    {
        var device = done.Device is { } known ? DeviceText.Phrase(DeviceText.WithNames(known, names)) : done.Selector;
        if (done is { Device: null, Rule: { } waiting })
        {
            context.Say($"kept for when it is plugged in: {PrintableText.Of(waiting)}");
        }
        else if (done.Changed || done.Rule is not null)
        {
            context.Say($"exported {device}{(done.Rule is { } rule ? $", kept: {PrintableText.Of(rule)}" : "")}");
        }
        else
        {
            context.Remark($"{device} was exported already.");
        }
    }
}
