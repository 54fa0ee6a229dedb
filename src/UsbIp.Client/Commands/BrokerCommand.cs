using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Client.Interop;
using UsbIp.Client.Privileged;

namespace UsbIp.Client.Commands;

/// <summary>The hidden verb of usbip-vhci.service: <see cref="AttachBroker"/> on the socket that systemd passes.</summary>
internal static class BrokerCommand
{
    public const string Name = "attach-broker";

    private const int FirstDescriptor = 3; // SD_LISTEN_FDS_START

    public static Command Define(GlobalOptions global)
    {
        var user = new Option<string>("--user") { Description = "The user whose bridges may ask", Required = true };
        var command = new Command(Name) { user };
        command.Hidden = true;
        command.SetAction(parsed => global.Run(parsed, (settings, _) =>
        {
            using var stop = new StopSignals();
            var logger = LineLogger.ToSystem(LogLevel.Information);
            new AttachBroker(TakeListener(), settings.Driver, settings.Records, FindUser(parsed.GetValue(user)!), logger).Run(stop.Token);
            return ExitCode.Success;
        }));
        return command;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The handle is the socket's, which lives as long as the process.")]
    private static Socket TakeListener()
    {
        var count = Environment.GetEnvironmentVariable("LISTEN_FDS");
        return count == "1"
            ? new Socket(new SafeSocketHandle(FirstDescriptor, ownsHandle: false)) // systemd's, and goes on listening when this process ends
            : throw new CommandException(
                ExitCode.Usage, $"LISTEN_FDS is '{count}': the attach broker needs one socket from systemd.", "'systemctl start usbip-vhci.socket', which starts it when it is asked.");
    }

    private static uint FindUser(string name) =>
        UserNames.Find(name) ?? throw new CommandException(
            ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"This machine has no user '{name}'."), "'systemd-sysusers' makes the package's.");
}
