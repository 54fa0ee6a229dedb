using System.CommandLine;
using System.CommandLine.Completions;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Devices;
using UsbIp.Host.Control;
using UsbIp.Protocol;

namespace UsbIp.Host.Commands;

/// <summary>Offers the devices that there are wherever a device may be named; the grammar offers the rest.</summary>
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
            argument.CompletionSources.Add(Offer);
        }

        foreach (var option in command.Options.Where(option => DeviceWords.Contains(option.HelpName)))
        {
            option.CompletionSources.Add(Offer);
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
            using var daemon = context.ConnectToDaemon();
            if (daemon is not null)
            {
                return [.. daemon.Status().Devices.Where(device => !device.Hub).Select(Item)];
            }

            using var backend = context.OpenBackend(BackendKind.LibUsb, NullLoggerFactory.Instance);
            return [.. backend.ListDevices().Where(device => !device.IsHub).Select(device => Item(DeviceStatus.From(device)))];
        }
        catch (Exception exception) when (exception is CommandException or UsbException)
        {
            return [];
        }
    }

    private static CompletionItem Item(DeviceStatus device) =>
        new(device.BusId, detail: PrintableText.Of($"{device.VendorId}:{device.ProductId} {device.Vendor} {device.Product}"));
}
