using System.CommandLine;
using UsbIp.Host.Control;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Commands;

/// <summary>state: all devices for programs, also in the shape that programs for usbipd-win read.</summary>
public sealed class StateCommand(CommandContext context, UsbNames names)
{
    private const string Own = "usbip-host";
    private const string UsbIpdWin = "usbipd-win";

    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var format = new Option<string?>("--format")
        {
            Description = $"{Own}, as 'list --json' prints it; or {UsbIpdWin}, as 'usbipd state' prints it on Windows",
            HelpName = "NAME",
        };
        var command = new Command("state", "Show this machine's devices as JSON") { format };
        command.SetAction(parsed => (int)new StateCommand(contextOf(parsed), UsbNames.Load()).Run(parsed.GetValue(format)));
        return command;
    }

    /// <exception cref="CommandException">There is no such format, or the daemon does not answer as it should.</exception>
    /// <exception cref="UsbIp.Devices.UsbException">No daemon runs, and devices cannot be reached from here.</exception>
    public ExitCode Run(string? format)
    {
        if (format is not (null or Own or UsbIpdWin))
        {
            throw new CommandException(ExitCode.Usage, $"'{format}' is no format.", $"--format {Own}, or --format {UsbIpdWin}");
        }

        var status = new ListCommand(context, names).Look(out _);
        var devices = status.Devices
            .Where(device => !device.Hub)
            .Select(device => DeviceText.WithNames(device, names))
            .OrderBy(device => device.BusId, BusIdOrder.Instance)
            .ToArray();
        if (format == UsbIpdWin)
        {
            UsbIpdWinState.From(devices).Write(context.Output);
        }
        else
        {
            IndentedJson.Write(context.Output, status with { Devices = devices }, ControlJson.Default.HostStatus);
        }

        return ExitCode.Success;
    }
}
