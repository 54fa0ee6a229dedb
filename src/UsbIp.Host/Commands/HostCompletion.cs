using System.CommandLine;
using System.CommandLine.Completions;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Devices;
using UsbIp.Host.Control;
using UsbIp.Protocol;

namespace UsbIp.Host.Commands;

/// <summary>Offers the devices that there are, and their aliases, wherever a device may be named; the grammar offers the rest.</summary>
internal static class HostCompletion
{
    private static readonly string[] DeviceWords = ["BUSID", "SELECTOR", "DEVICE"];

    /// <param name="command">The grammar, or a part of it.</param>
    /// <param name="contextOf">What its commands work with.</param>
    public static void AddTo(Command command, Func<ParseResult, CommandContext> contextOf)
    {
        IEnumerable<CompletionItem> Offer(CompletionContext completion) => Devices(contextOf(completion.ParseResult));
        foreach (var argument in command.Arguments.Where(argument => DeviceWords.Contains(argument.Name)))
        {
            argument.HelpName ??= argument.Name; // or the help would look for devices, and have them all in its place
            argument.CompletionSources.Add(Offer);
        }

        foreach (var argument in command.Arguments.Where(argument => argument.Name == AliasCommand.NameWord))
        {
            argument.HelpName ??= argument.Name;
            argument.CompletionSources.Add(completion => Names(contextOf(completion.ParseResult)));
        }

        foreach (var option in command.Options.Where(option => DeviceWords.Contains(option.HelpName)))
        {
            option.CompletionSources.Add(Offer);
        }

        foreach (var option in command.Options.OfType<Option<bool>>())
        {
            option.Arity = ArgumentArity.Zero; // or "true" and "false" would be offered behind it
        }

        foreach (var inner in command.Subcommands)
        {
            AddTo(inner, contextOf);
        }
    }

    /// <summary>From the daemon if there is one, and else from the system; from neither, nothing: a shell shows no errors.</summary>
    private static IEnumerable<CompletionItem> Devices(CommandContext context)
    {
        try
        {
            return [.. Look(context).Where(device => !device.Hub).SelectMany(Items)];
        }
        catch (Exception exception) when (exception is CommandException or UsbException)
        {
            return [];
        }
    }

    private static IReadOnlyList<DeviceStatus> Look(CommandContext context)
    {
        using var daemon = context.ConnectToDaemon();
        if (daemon is not null)
        {
            return daemon.Status().Devices;
        }

        var rules = RuleAccess.LoadAlone(context).Rules;
        using var backend = context.OpenBackend(BackendKind.LibUsb, NullLoggerFactory.Instance);
        return [.. backend.ListDevices().Select(device => DeviceStatus.From(device) with { Aliases = rules.TraitsOf(device).Aliases })];
    }

    /// <summary>Also of what is not plugged in: names last.</summary>
    private static IEnumerable<CompletionItem> Names(CommandContext context)
    {
        try
        {
            var configuration = RuleAccess.Run(context, daemon => daemon.Read(), file => file.Read());
            return [.. configuration.Aliases.Select(alias => new CompletionItem(alias.Name, detail: PrintableText.Of(string.Join(", ", alias.Identities))))];
        }
        catch (CommandException)
        {
            return [];
        }
    }

    private static IEnumerable<CompletionItem> Items(DeviceStatus device) => device.Aliases.Prepend(device.BusId).Select(word =>
        new CompletionItem(word, detail: PrintableText.Of($"{device.VendorId}:{device.ProductId} {device.Vendor} {device.Product}")));
}
