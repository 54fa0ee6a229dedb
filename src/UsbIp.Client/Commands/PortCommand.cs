using System.CommandLine;
using System.Globalization;
using UsbIp.Client.Persist;
using UsbIp.Client.Vhci;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Commands;

/// <summary><c>usbip-client port</c>: what is attached here, and from where, in the layout of the stock <c>usbip port</c>.</summary>
internal sealed class PortCommand(ClientSettings settings, Output output)
{
    public static Command Define(GlobalOptions global)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("port", "Show the devices attached to this machine") { json };
        command.SetAction(parsed => global.Run(parsed, (settings, output) => new PortCommand(settings, output).Run(parsed.GetValue(json))));
        return command;
    }

    public ExitCode Run(bool json)
    {
        if (json)
        {
            output.Json(new AttachmentListView(Attachments.Read(settings), KeptStates.Read(settings.Records)), JsonViews.Default.AttachmentListView);
            return ExitCode.Success;
        }

        var ports = settings.Driver.ReadPorts();
        output.Line("Imported USB devices");
        output.Line("====================");
        var names = settings.LoadNames();
        var kept = KeptStates.Read(settings.Records);
        foreach (var port in ports.Where(port => !port.IsFree))
        {
            Print(port, names);
            if (kept.FirstOrDefault(state => state.Port == port.Number) is { } keeper)
            {
                output.Line($"{"",10} -> kept attached by process {keeper.ProcessId}");
            }
        }

        foreach (var waiting in kept.Where(state => state.Port is null))
        {
            output.Line($"Kept: usbip://{waiting.Host}/{waiting.Device}");
            output.Line($"{"",10} -> waiting since {waiting.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss}: {PrintableText.Of(waiting.WaitsFor ?? "")}");
            output.Line($"{"",10} -> kept attached by process {waiting.ProcessId}");
        }

        return ExitCode.Success;
    }

    // In a pipe the stock tool's lines, byte for byte: scripts read them (tools/usb/usbip/libsrc/vhci_driver.c,
    // usbip_vhci_imported_device_dump). People also see the device's nodes.
    private void Print(VhciPort port, UsbNames names)
    {
        output.Line($"Port {port.Number:00}: <{StateName(port.State)}> at {SpeedNames.Long(port.Speed)}");
        var device = port.State == VhciPortState.Used ? LocalDevice.Find(settings.Sysfs, port.LocalBusId) : null;
        if (device is { VendorId: { } vendor, ProductId: { } product })
        {
            var vendorName = names.Vendor(vendor) ?? "unknown vendor";
            var productName = names.Product(vendor, product) ?? "unknown product";
            output.Line($"       {vendorName} : {productName} ({vendor:x4}:{product:x4})");
        }

        var local = port.State == VhciPortState.Used ? port.LocalBusId : "-";
        var record = settings.Records.Read(port.Number);
        output.Line(record is null
            ? $"{local,10} -> unknown host, remote port and remote busid"
            : $"{local,10} -> usbip://{record.Host}:{record.TcpPort}/{record.RemoteBusId}");
        output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{"",10} -> remote bus/dev {port.DeviceId.BusNumber:000}/{port.DeviceId.DeviceNumber:000}"));
        foreach (var node in !output.IsTerminal ? [] : device?.Interfaces.SelectMany(DeviceNodes.Find).Distinct() ?? [])
        {
            output.Line($"{"",10} -> {node}");
        }
    }

    private static string StateName(VhciPortState state) => state switch
    {
        VhciPortState.Used => "Port in Use",
        VhciPortState.NotAssigned => "Port Initializing",
        _ => "Port Error",
    };
}
