using System.CommandLine;
using System.CommandLine.Completions;
using UsbIp.Client.Remote;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;

namespace UsbIp.Client.Commands;

/// <summary>Offers the hosts that this user has talked to where a host is named, and that host's devices behind it; the grammar offers the rest.</summary>
internal static class ClientCompletion
{
    /// <summary>A shell waits for us, and its user for the shell.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <param name="command">The grammar, or a part of it.</param>
    /// <param name="settings">Which hosts are known.</param>
    public static void AddTo(Command command, ClientSettings settings)
    {
        foreach (var argument in command.Arguments.Where(argument => argument.Name.StartsWith("HOST", StringComparison.Ordinal)))
        {
            argument.HelpName ??= argument.Name; // or the help would have all that is offered in its place
            argument.CompletionSources.Add(completion => Offer(WordsBefore(completion, argument), settings));
        }

        foreach (var option in command.Options.Where(option => option.HelpName == "HOST"))
        {
            option.CompletionSources.Add(_ => Offer([], settings));
        }

        foreach (var option in command.Options.OfType<Option<bool>>())
        {
            option.Arity = ArgumentArity.Zero; // or "true" and "false" would be offered behind it
        }

        foreach (var inner in command.Subcommands)
        {
            AddTo(inner, settings);
        }
    }

    private static IEnumerable<CompletionItem> Offer(IReadOnlyList<string> before, ClientSettings settings) => before switch
    {
        [] => settings.SeenHosts.List().Select(host => new CompletionItem(host)),
        [var host] => Devices(host),
        _ => [],
    };

    /// <summary>The argument's words that are complete: the one under the cursor is not.</summary>
    private static string[] WordsBefore(CompletionContext completion, Argument argument)
    {
        var words = completion.ParseResult.GetResult(argument)?.Tokens.Select(token => token.Value).ToArray() ?? [];
        return completion.WordToComplete.Length > 0 && words is [.. var complete, var last] && last == completion.WordToComplete ? complete : words;
    }

    private static IEnumerable<CompletionItem> Devices(string host)
    {
        try
        {
            using var stop = new CancellationTokenSource(Patience);
            using var connection = HostConnection.Connect(HostAddress.Parse(host), Patience, stop.Token);
            return [.. connection.List().SelectMany(listed => Items(listed.Device))];
        }
        catch (Exception error) when (error is CommandException or OperationCanceledException)
        {
            return []; // a shell shows no errors
        }
    }

    /// <summary>The host chooses these words, and a shell puts them on its line: none is offered that it could take for more than a word.</summary>
    private static IEnumerable<CompletionItem> Items(DeviceRecord device) =>
        DeviceDescription.Read(device.Path).Aliases.Prepend(device.BusId.ToString())
            .Where(word => char.IsAsciiLetterOrDigit(word[0]) && word.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or ':'))
            .Select(word => new CompletionItem(word, detail: $"{device.VendorId:x4}:{device.ProductId:x4}"));
}
