using System.CommandLine;
using UsbIp.Client.Service;

namespace UsbIp.Client.Commands;

/// <summary><c>usbip-client service enable|disable|list</c>: attachments that last over a reboot.</summary>
internal sealed class ServiceCommand(ClientSettings settings, Output output)
{
    private readonly AttachmentUnits _units = new(settings.Services);

    public static Command Define(GlobalOptions global) => new("service", "Have systemd keep devices attached, also after a reboot")
    {
        DefineEnable(global),
        DefineDisable(global),
        DefineList(global),
    };

    /// <param name="attachment">What to keep attached.</param>
    /// <param name="json">Whether a program reads the result.</param>
    /// <exception cref="CommandException">The name is taken, systemd is not there, or this user may not do that.</exception>
    public ExitCode Enable(LastingAttachment attachment, bool json)
    {
        if (!LastingAttachment.IsName(attachment.Name))
        {
            throw new CommandException(
                ExitCode.Usage,
                $"'{attachment.Name}' is no name for an attachment: it is 1 to {LastingAttachment.MaxName} letters, digits, dots, dashes and underscores.",
                "--name printer");
        }

        if (_units.Find(attachment.Name) is { } other && (other.Host, other.Device) != (attachment.Host, attachment.Device))
        {
            throw new CommandException(
                ExitCode.AlreadyRunning,
                $"There is an attachment '{other.Name}' already, of {other.Device} of {other.Host}.",
                $"--name with another name, or 'usbip-client service disable {other.Name}'.");
        }

        _units.Enable(attachment);
        Report(attachment, $"{attachment.Unit} keeps {attachment.Device} of {attachment.Host} attached, from now on and after every boot", json);
        return ExitCode.Success;
    }

    /// <exception cref="CommandException">There is no such attachment, systemd is not there, or this user may not do that.</exception>
    public ExitCode Disable(string name, bool json)
    {
        var attachment = _units.Find(name) ?? throw new CommandException(
            ExitCode.NotFound, $"There is no attachment '{name}'.", "'usbip-client service list' for those that there are.");
        _units.Disable(attachment);
        Report(attachment, $"{attachment.Device} of {attachment.Host} is detached and kept no longer", json);
        return ExitCode.Success;
    }

    public ExitCode List(bool json)
    {
        ServiceView[] views = [.. _units.List().Select(View)];
        if (json)
        {
            output.Json(new ServiceListView(views), JsonViews.Default.ServiceListView);
        }
        else if (views.Length == 0)
        {
            output.Remark("systemd keeps nothing attached.");
        }
        else
        {
            output.Table(
                ["NAME", "HOST", "DEVICE", "AT BOOT", "NOW"],
                [.. views.Select(view => new[] { view.Name, view.Host, view.Device, view.Enabled, view.Active })]);
        }

        return ExitCode.Success;
    }

    private static Command DefineEnable(GlobalOptions global)
    {
        var words = HostArgument.HostAndDevice();
        var name = new Option<string?>("--name") { Description = "How to call it; else it is called by host and device", HelpName = "NAME" };
        var noReadAhead = new Option<bool>(AttachCommand.NoReadAhead) { Description = "As with attach" };
        var hold = new Option<bool>(WaitOption.HoldName) { Description = "As with attach" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("enable", "Keep a device attached, from now on and after every boot") { words, name, noReadAhead, hold, json };
        command.SetAction(parsed => global.Run(parsed, (settings, output) =>
        {
            var (host, device) = HostArgument.Parse(parsed.GetValue(words) ?? [], remote: null, busId: null, parsed.GetValue(global.TcpPort));
            return new ServiceCommand(settings, output).Enable(
                new LastingAttachment(
                    parsed.GetValue(name) ?? LastingAttachment.NameFor(host, device),
                    host.ToString(),
                    device.Text,
                    string.Join(' ', new[] { noReadAhead, hold }.Where(option => parsed.GetValue(option)).Select(option => option.Name))),
                parsed.GetValue(json));
        }));
        return command;
    }

    private static Command DefineDisable(GlobalOptions global)
    {
        var name = new Argument<string>("NAME") { Description = "The attachment, as 'usbip-client service list' shows it" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("disable", "Detach a device, and keep it no longer") { name, json };
        command.SetAction(parsed => global.Run(parsed, (settings, output) =>
            new ServiceCommand(settings, output).Disable(parsed.GetValue(name)!, parsed.GetValue(json))));
        return command;
    }

    private static Command DefineList(GlobalOptions global)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("list", "Show what is kept attached, and whether it is") { json };
        command.SetAction(parsed => global.Run(parsed, (settings, output) => new ServiceCommand(settings, output).List(parsed.GetValue(json))));
        return command;
    }

    private void Report(LastingAttachment attachment, string text, bool json)
    {
        if (json)
        {
            output.Json(View(attachment), JsonViews.Default.ServiceView);
        }
        else
        {
            output.Done(text);
        }
    }

    private ServiceView View(LastingAttachment attachment) => new(
        attachment.Name,
        attachment.Unit,
        attachment.Host,
        attachment.Device,
        attachment.Options,
        _units.Ask("is-enabled", attachment),
        _units.Ask("is-active", attachment));
}
