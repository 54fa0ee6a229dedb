using System.CommandLine;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Commands;

/// <summary>access: which devices the service's user, who is not root, may open. Root's to say.</summary>
public sealed class AccessCommand(CommandContext context)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf) => new("access", "Say which devices the service, which is not root, may open")
    {
        Verb("grant", "Let the service open these devices, now and whenever they are plugged in", contextOf, (command, selectors, json) => command.Grant(selectors, json)),
        Verb("revoke", "Take that back", contextOf, (command, selectors, json) => command.Revoke(selectors, json)),
        DefineReset(contextOf),
        DefineList(contextOf),
    };

    /// <exception cref="CommandException">A text selects nothing that can be granted, or this user may not say so.</exception>
    public ExitCode Grant(IReadOnlyList<string> texts, bool json)
    {
        context.NodeAccess.Grant([.. texts.Select(Parse)]);
        return Done($"granted {string.Join(", ", texts)}", json);
    }

    /// <exception cref="CommandException">One was not granted, or this user may not say so.</exception>
    public ExitCode Revoke(IReadOnlyList<string> texts, bool json)
    {
        if (texts.Where(text => context.NodeAccess.Has(text) || !context.ExportAccess.Has(text)).ToArray() is { Length: > 0 } granted)
        {
            context.NodeAccess.Revoke(granted);
        }

        foreach (var text in texts)
        {
            context.ExportAccess.Revoke(text);
        }

        return Done($"revoked {string.Join(", ", texts)}", json);
    }

    /// <summary>Takes back what exports by hand were granted, as the service's unit does at its start, when nothing is exported by hand.</summary>
    /// <exception cref="CommandException">This user may not say so.</exception>
    public ExitCode Reset(bool json)
    {
        context.ExportAccess.TakeAllBack();
        return Done("revoked what exports by hand were granted", json);
    }

    public ExitCode List(bool json)
    {
        if (json)
        {
            return Done("", json);
        }

        foreach (var selector in context.NodeAccess.List())
        {
            context.Output.WriteLine(selector);
        }

        foreach (var selector in context.ExportAccess.List())
        {
            context.Output.WriteLine($"{selector} (for an export)");
        }

        return ExitCode.Success;
    }

    private ExitCode Done(string sentence, bool json)
    {
        if (json)
        {
            IndentedJson.Write(context.Output, new AccessView(context.NodeAccess.List(), context.ExportAccess.List()), DoneJson.Default.AccessView);
        }
        else
        {
            context.Say(sentence);
        }

        return ExitCode.Success;
    }

    private static Command Verb(
        string name, string description, Func<ParseResult, CommandContext> contextOf, Func<AccessCommand, IReadOnlyList<string>, bool, ExitCode> deed)
    {
        var selectors = new Argument<string[]>("SELECTOR")
        {
            Description = "Devices: a busid, VENDOR:PRODUCT, serial:TEXT or product:\"*TEXT*\"",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = DoneViews.JsonOption();
        var command = new Command(name, description) { selectors, json };
        command.SetAction(parsed => (int)deed(new AccessCommand(contextOf(parsed)), parsed.GetValue(selectors) ?? [], parsed.GetValue(json)));
        return command;
    }

    private static Command DefineReset(Func<ParseResult, CommandContext> contextOf)
    {
        var json = DoneViews.JsonOption();
        var command = new Command("reset", "Take back what exports by hand were granted, as the service does when it starts") { json };
        command.SetAction(parsed => (int)new AccessCommand(contextOf(parsed)).Reset(parsed.GetValue(json)));
        return command;
    }

    private static Command DefineList(Func<ParseResult, CommandContext> contextOf)
    {
        var json = DoneViews.JsonOption();
        var command = new Command("list", "Show what is granted") { json };
        command.SetAction(parsed => (int)new AccessCommand(contextOf(parsed)).List(parsed.GetValue(json)));
        return command;
    }

    private static DeviceSelector Parse(string text) => DeviceSelector.TryParse(text, out var selector, out var problem)
        ? selector
        : throw new CommandException(ExitCode.Usage, problem, "usbip-host list, which shows what there is to select by");
}
