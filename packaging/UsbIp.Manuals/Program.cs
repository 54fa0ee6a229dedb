using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Commands;
using UsbIp.Host;
using UsbIp.Host.Commands;
using UsbIp.Manuals;

// Writes usbip-host.1 and usbip-client.1 into the directory that is named, from the very grammar that prints --help.
if (args is not [var directory])
{
    Console.Error.WriteLine("usage: UsbIp.Manuals DIRECTORY");
    return 2;
}

var hostGrammar = new HostCommandLine(context: null!, _ => NullLoggerFactory.Instance).Root; // no command runs here
var host = new ManualPage("usbip-host", hostGrammar, HostHelp.Examples, "usbip-client")
{
    Files =
    [
        ("/etc/usbip-host/", "What is configured."),
        ("/etc/udev/rules.d/71-usbip-host-access.rules", "Which devices the service's user may open, exported or not."),
        ("/etc/udev/rules.d/71-usbip-host-kept.rules", "Those that it may open because root keeps them exported."),
        ("/run/udev/rules.d/71-usbip-host-exported.rules", "Those that it may open because root has exported them."),
        ("/run/usbip-host/control", "The control socket of the system's daemon."),
        ("$XDG_RUNTIME_DIR/usbip-host/control", "The control socket of a user's own daemon."),
    ],
    Environment = [("USBIP_HOST_CONTROL", "Another place for the control socket, as --control.")],
};
var client = new ManualPage("usbip-client", new CommandLine(Output.OfProcess, new ClientSettings()).Root, CommandLine.Examples, "usbip-host")
{
    Files =
    [
        ("/etc/usbip-client/attachments/", "Attachments that last, one file for each."),
        ("/run/vhci_hcd/", "What is attached, one file for each port, shared with the stock tools."),
    ],
    Environment = [("USBIP_CLIENT_PATIENCE", "A factor for how long the kernel is waited for.")],
};
foreach (var page in (ManualPage[])[host, client])
{
    File.WriteAllText(Path.Combine(directory, $"{page.Program}.1"), page.Render(ProgramVersion.Text));
}

return 0;
