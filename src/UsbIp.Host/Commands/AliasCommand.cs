using System.CommandLine;
using UsbIp.Host.Control;
using UsbIp.Protocol;

namespace UsbIp.Host.Commands;

/// <summary>alias: gives devices names that last, lists and removes them.</summary>
public sealed class AliasCommand(CommandContext context)
{
    /// <summary>What help and completion call an alias.</summary>
    internal const string NameWord = "NAME";

    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var name = new Argument<string?>(NameWord) { Description = "At most 23 letters, digits, '.', '_' and '-'", Arity = ArgumentArity.ZeroOrOne };
        var identities = new Argument<string[]>("DEVICE")
        {
            Description = "What the device is recognised by, several if it changes: serial:TEXT, VENDOR:PRODUCT, port:BUS-PORT, product:TEXT; a busid means the device that is there now",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var add = new Option<bool>("--add") { Description = "Besides what the name stands for already" };
        var remove = new Option<bool>("--remove") { Description = "Forget the name" };
        var json = new Option<bool>("--json") { Description = "JSON" };
        var command = new Command("alias", "Give a device a name of your own, wherever it is plugged in; without DEVICE, show the names")
        {
            name, identities, add, remove, json,
        };
        command.SetAction(parsed =>
        {
            var alias = new AliasCommand(contextOf(parsed));
            var devices = parsed.GetValue(identities) ?? [];
            return (int)((parsed.GetValue(name), devices) switch
            {
                ({ } word, []) when parsed.GetValue(remove) => alias.Remove(word, parsed.GetValue(json)),
                _ when parsed.GetValue(remove) => throw new CommandException(ExitCode.Usage, "--remove takes one NAME and nothing else.", "usbip-host alias --remove NAME"),
                ({ } word, [_, ..]) => alias.Set(new SetAliasRequest(word, devices, parsed.GetValue(add)), parsed.GetValue(json)),
                var (word, _) => alias.List(word, parsed.GetValue(json)),
            });
        });
        return command;
    }

    /// <exception cref="CommandException">The name or a device cannot be one, or the configuration cannot be changed.</exception>
    public ExitCode Set(SetAliasRequest request, bool json)
    {
        var configuration = RuleAccess.Run(context, daemon => daemon.SetAlias(request), file => file.SetAlias(request));
        return RuleAccess.Done(context, configuration, Line(configuration.Aliases.First(alias => alias.Name == request.Name)), json);
    }

    /// <exception cref="CommandException">There is no such alias, or the configuration cannot be changed.</exception>
    public ExitCode Remove(string name, bool json)
    {
        var request = new RemoveAliasRequest(name);
        var configuration = RuleAccess.Run(context, daemon => daemon.RemoveAlias(request), file => file.RemoveAlias(request));
        return RuleAccess.Done(context, configuration, $"forgot {PrintableText.Of(name)}", json);
    }

    /// <exception cref="CommandException">There is no such alias.</exception>
    public ExitCode List(string? name, bool json)
    {
        var configuration = RuleAccess.Run(context, daemon => daemon.Read(), file => file.Read());
        RuleAccess.RemarkProblem(context, configuration);
        var shown = configuration.Aliases.Where(alias => name is null || alias.Name == name).ToArray();
        if (name is not null && shown.Length == 0)
        {
            throw new CommandException(ExitCode.NotFound, $"There is no alias '{name}'.", $"usbip-host alias {name} DEVICE, which makes it");
        }

        if (json)
        {
            IndentedJson.Write(context.Output, configuration with { Aliases = shown }, RuleJson.Default.ConfigurationView);
            return ExitCode.Success;
        }

        foreach (var alias in shown)
        {
            context.Output.WriteLine(Line(alias));
        }

        if (configuration.Aliases.Count == 0)
        {
            context.Remark("there are no aliases. Make one: usbip-host alias NAME DEVICE");
        }

        return ExitCode.Success;
    }

    private static string Line(AliasView alias) => PrintableText.Of($"{alias.Name}: {string.Join(", ", alias.Identities)}");
}
