using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using UsbIp.Host.Control;
using UsbIp.Host.Rules;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Commands;

/// <summary>rule add, list, remove and check: what is exported when it is plugged in, what never is, and for whom.</summary>
public sealed class RuleCommand(CommandContext context)
{
    private const string NoFile = "there are no rules, so nothing is exported when it is plugged in. Make one: usbip-host rule add allow DEVICE";

    public static Command Define(Func<ParseResult, CommandContext> contextOf) => new("rule", "What is exported whenever it is plugged in, what never is, and for which clients")
    {
        DefineAdd(contextOf), DefineList(contextOf), DefineRemove(contextOf), DefineCheck(contextOf),
    };

    /// <exception cref="CommandException">It is no rule, there is such a one, or the configuration cannot be changed.</exception>
    public ExitCode Add(RuleView rule, bool json)
    {
        var access = rule.Allow ? AccessForRules() : null;
        var grant = access?.GrantRule(rule.Device);
        try
        {
            var configuration = RuleAccess.Run(context, daemon => daemon.AddRule(rule), file => file.AddRule(rule));
            RemarkIfInVain(rule, grant);

            return RuleAccess.Done(context, configuration, Line(configuration.Rules[^1]), json);
        }
        catch (CommandException exception) when (exception.ExitCode != ExitCode.AlreadyRunning) // a rule that is there already keeps what it needs
        {
            access?.Undo(grant!.Value, isKept: true);
            throw;
        }
    }

    public ExitCode List(bool json)
    {
        var configuration = RuleAccess.Run(context, daemon => daemon.Read(), file => file.Read());
        RuleAccess.RemarkProblem(context, configuration);
        if (json)
        {
            IndentedJson.Write(context.Output, configuration, RuleJson.Default.ConfigurationView);
            return ExitCode.Success;
        }

        foreach (var rule in configuration.Rules)
        {
            context.Output.WriteLine(Line(rule));
        }

        if (configuration.Rules.Count == 0)
        {
            context.Remark(NoFile);
        }

        return ExitCode.Success;
    }

    /// <exception cref="CommandException">There is no such rule, or the configuration cannot be changed.</exception>
    public ExitCode Remove(int number, bool json)
    {
        var seen = RuleAccess.Run(context, daemon => daemon.Read(), file => file.Read()).Rules.FirstOrDefault(rule => rule.Number == number)
            ?? throw new CommandException(ExitCode.NotFound, $"There is no rule {number}.", "usbip-host rule list");
        var request = new RemoveRuleRequest(number, seen);
        var configuration = RuleAccess.Run(context, daemon => daemon.RemoveRule(request), file => file.RemoveRule(request));
        if (context.AccessToTakeBack?.RuleRemoved(seen, configuration.Rules) == false)
        {
            context.Remark($"the service may still open what '{seen.Device}' selects, for another rule allows it too: usbip-host rule list");
        }

        return RuleAccess.Done(context, configuration, $"forgot {Line(seen)}", json);
    }

    /// <exception cref="CommandException">No such device is plugged in, or the address is none.</exception>
    public ExitCode Check(CheckRuleRequest request, bool json)
    {
        var reply = RuleAccess.Run(context, daemon => daemon.Check(request), file => file.Check(request));
        if (json)
        {
            IndentedJson.Write(context.Output, reply, RuleJson.Default.RuleCheckListView);
            return ExitCode.Success;
        }

        foreach (var check in reply.Devices)
        {
            Explain(check, request.From);
        }

        return ExitCode.Success;
    }

    private void RemarkIfInVain(RuleView rule, ExportGrant? grant)
    {
        if (rule.Allow && DeviceSelector.TryParse(rule.Device, out var selector, out _) && HostRules.WhyExportsNothing(selector) is { } reason)
        {
            context.Remark($"it exports nothing: {reason}");
        }
        else if (grant is { IsCovered: false })
        {
            context.Remark(ExportGrant.Missing(rule.Device));
        }
    }

    private void Explain(RuleCheckView check, string? from)
    {
        var isByHand = check is { ByHand: true, Verdict: not ("allowed" or "denied") };
        var verdict = (check.Verdict, from) switch
        {
            (_, null) when isByHand => "is exported by hand, until the daemon ends",
            (_, { } client) when isByHand => $"may be attached by {client}, for it is exported by hand",
            ("allowed", null) => "is exported",
            ("allowed", { } client) => $"may be attached by {client}",
            (_, null) => "is not exported",
            (_, { } client) => $"may not be attached by {client}",
        };
        var use = check.InUse is { } what ? $" Clients are refused it all the same as long as {what}." : "";
        var denial = isByHand || check.Verdict == "allowed" ? DeviceText.Denial(check.Device) : null;
        var access = denial is { Clause: var clause } ? $" Clients are refused it all the same, for {clause}." : "";
        context.Output.WriteLine(PrintableText.Of($"{DeviceText.Phrase(check.Device)} {verdict}: {check.Reason}.{use}{access}"));
        if (denial is { Remedy: var remedy })
        {
            context.Output.WriteLine($"Try: {remedy}");
        }
    }

    private ExportAccess? AccessForRules()
    {
        using var daemon = context.ConnectToDaemon();
        return context.AccessFor(daemon);
    }

    private static Command DefineAdd(Func<ParseResult, CommandContext> contextOf)
    {
        var verb = new Argument<bool>("allow|deny")
        {
            Description = "Whether it lets clients have the devices; any deny wins over every allow",
            CustomParser = ParseVerb,
        };
        var device = DeviceArgument();
        var from = new Option<string[]>("--from") { Description = "For clients with that address only, as often as wanted", HelpName = "ADDR[/BITS]" };
        var force = new Option<bool>("--force", "-f") { Description = "Of an allow: also while this machine uses the device, such as a mounted disk" };
        var sharing = new SharingArguments();
        var json = DoneViews.JsonOption();
        var command = new Command("add", "Add a rule; the order of rules means nothing")
        {
            verb, device, from, force, sharing.IdleRelease, sharing.AllowTakeOver, json,
        };
        verb.CompletionSources.Clear();
        verb.CompletionSources.Add("allow", "deny");
        command.SetAction(parsed =>
        {
            var shared = sharing.Of(parsed);
            var rule = new RuleView(parsed.GetRequiredValue(verb), parsed.GetRequiredValue(device), parsed.GetValue(from) ?? [], parsed.GetValue(force))
            {
                IdleReleaseSeconds = shared?.IdleReleaseSeconds,
                AllowTakeOver = shared?.MayBeTakenOver == true,
            };
            return (int)new RuleCommand(contextOf(parsed)).Add(rule, parsed.GetValue(json));
        });
        return command;
    }

    private static Command DefineList(Func<ParseResult, CommandContext> contextOf)
    {
        var json = new Option<bool>("--json") { Description = "JSON" };
        var command = new Command("list", "Show the rules, each with its number") { json };
        command.SetAction(parsed => (int)new RuleCommand(contextOf(parsed)).List(parsed.GetValue(json)));
        return command;
    }

    private static Command DefineRemove(Func<ParseResult, CommandContext> contextOf)
    {
        var json = DoneViews.JsonOption();
        var number = new Argument<int>("NUMBER") { Description = "As 'usbip-host rule list' shows it", CustomParser = ParseNumber };
        var command = new Command("remove", "Remove a rule") { number, json };
        command.SetAction(parsed => (int)new RuleCommand(contextOf(parsed)).Remove(parsed.GetRequiredValue(number), parsed.GetValue(json)));
        return command;
    }

    private static Command DefineCheck(Func<ParseResult, CommandContext> contextOf)
    {
        var device = DeviceArgument();
        var from = new Option<string?>("--from") { Description = "What happens when a client with that address asks for it", HelpName = "ADDR" };
        var json = new Option<bool>("--json") { Description = "JSON" };
        var command = new Command("check", "Say what would happen with a device that is plugged in, and which rule decides") { device, from, json };
        command.SetAction(parsed => (int)new RuleCommand(contextOf(parsed)).Check(
            new CheckRuleRequest(parsed.GetRequiredValue(device), parsed.GetValue(from)), parsed.GetValue(json)));
        return command;
    }

    private static bool ParseVerb(ArgumentResult result)
    {
        var word = result.Tokens[0].Value;
        if (word is not ("allow" or "deny"))
        {
            result.AddError($"'{word}' is neither allow nor deny.");
        }

        return word == "allow";
    }

    private static int ParseNumber(ArgumentResult result)
    {
        if (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            result.AddError($"'{result.Tokens[0].Value}' is no number of a rule.");
        }

        return number;
    }

    private static Argument<string> DeviceArgument() => new("DEVICE") { Description = "The devices: a busid, or any other selector" };

    private static string Line(RuleView rule)
    {
        var from = rule.From.Count > 0 ? $" from {string.Join(", ", rule.From)}" : "";
        var sharing = (rule.IdleReleaseSeconds, rule.AllowTakeOver) switch
        {
            (null, false) => "",
            ({ } seconds, false) => $" (taken back after {DurationText.Of(TimeSpan.FromSeconds(seconds))} without use)",
            (null, true) => " (may be taken over)",
            ({ } seconds, true) => $" (taken back after {DurationText.Of(TimeSpan.FromSeconds(seconds))} without use, may be taken over)",
        };
        return PrintableText.Of(string.Create(
            CultureInfo.InvariantCulture, $"{rule.Number}: {(rule.Allow ? "allow" : "deny")} {rule.Device}{from}{(rule.Force ? " (force)" : "")}{sharing}"));
    }
}
