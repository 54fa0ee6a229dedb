using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Devices;
using UsbIp.Host.Configuration;
using UsbIp.Host.Control;
using UsbIp.Host.Rules;
using UsbIp.Host.Server;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Commands;

/// <summary>Where a command finds aliases and rules: with the running daemon, or, where none runs, in the file that one would read.</summary>
internal static class RuleAccess
{
    /// <exception cref="CommandException">It cannot be done.</exception>
    public static T Run<T>(CommandContext context, Func<RuleClient, T> asked, Func<RuleOperations, T> alone)
    {
        using (var daemon = context.ConnectToDaemon())
        {
            if (daemon is not null)
            {
                return asked(new RuleClient(daemon));
            }
        }

        return alone(new RuleOperations(LoadAlone(context), () => ListDevices(context), busId => FindUse(context, busId), _ => { }));
    }

    /// <summary>The file where no daemon runs; nothing of it holds if it is broken.</summary>
    public static HostConfiguration LoadAlone(CommandContext context)
    {
        var configuration = new HostConfiguration(ConfigurationPath.Of(context.ConfigurationPath), NullLogger.Instance);
        configuration.Load();
        return configuration;
    }

    /// <summary>Tells of a file that does not hold.</summary>
    public static void RemarkProblem(CommandContext context, ConfigurationView configuration)
    {
        if (configuration.Problem is { } problem)
        {
            context.Error.WriteLine($"usbip-host: the configuration {configuration.Path} does not hold, and what held before goes on: {problem}");
            context.Error.WriteLine("Try: mend it by hand, then usbip-host reload");
        }
    }

    /// <summary>Says what was changed, or prints what holds after it.</summary>
    public static ExitCode Done(CommandContext context, ConfigurationView configuration, string sentence, bool json)
    {
        if (json)
        {
            IndentedJson.Write(context.Output, configuration, RuleJson.Default.ConfigurationView);
        }
        else
        {
            context.Say(sentence);
        }

        return ExitCode.Success;
    }

    private static DeviceUse? FindUse(CommandContext context, BusId busId)
    {
        using var backend = context.OpenBackend(BackendKind.LibUsb, NullLoggerFactory.Instance);
        return backend.FindUse(busId);
    }

    /// <summary>What this user sees plugged in, whatever a daemon says; without hubs.</summary>
    public static IReadOnlyList<DeviceTraits> ListTraits(CommandContext context) =>
        [.. ListDevices(context).Where(device => !device.Info.IsHub).Select(device => DeviceTraitsOf.Device(device.Info, []))];

    private static IReadOnlyList<RegisteredDevice> ListDevices(CommandContext context)
    {
        using var backend = context.OpenBackend(BackendKind.LibUsb, NullLoggerFactory.Instance);
        return [.. backend.ListDevices().Select(device => new RegisteredDevice(device, Exported: false, Holder: null))];
    }
}
