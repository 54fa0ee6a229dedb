using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using UsbIp.Client.Remote;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;
using UsbIp.Protocol.Selection;

namespace UsbIp.Client.Commands.Inspect;

/// <summary><c>usbip-client inspect HOST DEVICE</c>: a device's descriptors, read over the network without vhci_hcd and without root.</summary>
internal sealed class InspectCommand(ClientSettings settings, Output output)
{
    public static Command Define(GlobalOptions global)
    {
        var words = HostArgument.HostAndDevice();
        var remote = HostArgument.StockOption();
        var busId = HostArgument.StockBusId();
        var json = new Option<bool>("--json") { Description = "Print JSON, the descriptors as hexadecimal bytes" };
        var command = new Command("inspect", "Show a device's descriptors as 'lsusb -v' does, without attaching it") { words, remote, busId, json };
        command.SetAction(parsed => global.Run(parsed, (settings, output) =>
        {
            var (host, device) = HostArgument.Parse(
                parsed.GetValue(words) ?? [], parsed.GetValue(remote), parsed.GetValue(busId), parsed.GetValue(global.TcpPort));
            return new InspectCommand(settings, output).Run(host, device, parsed.GetValue(json));
        }));
        return command;
    }

    public ExitCode Run(HostAddress host, DeviceSelector selector, bool json)
    {
        using var device = Import(host, DeviceChoice.Find(host, selector));
        var descriptor = device.ReadDevice();
        var count = DeviceDescriptor.TryRead(descriptor, out var parsed) ? parsed.ConfigurationCount : 0;
        var configurations = device.ReadConfigurations(count);
        if (json)
        {
            PrintJson(host, device, descriptor, parsed, configurations);
        }
        else
        {
            Print(device, descriptor, parsed, configurations);
        }

        return ExitCode.Success;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The device owns the socket that it gets.")]
    private static RemoteDevice Import(HostAddress host, BusId busId)
    {
        using var connection = HostConnection.Connect(host);
        var record = connection.Import(busId);
        return new RemoteDevice(host, record, connection.TakeSocket());
    }

    private void Print(RemoteDevice device, byte[] descriptor, DeviceDescriptor? parsed, IReadOnlyList<byte[]> configurations)
    {
        var names = settings.LoadNames();
        var record = device.Record;
        var writer = new FieldWriter(output.Result);
        var printer = new DevicePrinter(writer, names, device);
        var vendor = names.Vendor(record.VendorId) ?? device.ReadString(parsed?.ManufacturerIndex ?? 0);
        var product = names.Product(record.VendorId, record.ProductId) ?? device.ReadString(parsed?.ProductIndex ?? 0);
        writer.Line(0, string.Create(
            CultureInfo.InvariantCulture,
            $"Bus {record.BusNumber:000} Device {record.DeviceNumber:000}: ID {record.VendorId:x4}:{record.ProductId:x4} {vendor} {product}").TrimEnd());
        printer.PrintDevice(descriptor);
        if (configurations.Count > 0)
        {
            printer.PrintOnTheGo(configurations[0]);
        }

        foreach (var configuration in configurations)
        {
            printer.PrintConfiguration(configuration);
        }

        if (parsed?.UsbRelease > 0x0200)
        {
            new ObjectStorePrinter(writer).Print(device.ReadObjectStore());
        }
        else if (parsed?.UsbRelease == 0x0200)
        {
            printer.PrintQualifier(device.ReadQualifier());
        }

        printer.PrintDebug(device.ReadDebug());
        printer.PrintStatus(device.ReadStatus(), parsed?.UsbRelease >= 0x0300);
    }

    private void PrintJson(
        HostAddress host, RemoteDevice device, byte[] descriptor, DeviceDescriptor? parsed, IReadOnlyList<byte[]> configurations) =>
        output.Json(
            new InspectionView(
                host.ToString(),
                device.Record.BusId.ToString(),
                SpeedNames.Short(device.Record.Speed),
                $"{device.Record.VendorId:x4}",
                $"{device.Record.ProductId:x4}",
                device.ReadString(parsed?.ManufacturerIndex ?? 0),
                device.ReadString(parsed?.ProductIndex ?? 0),
                device.ReadString(parsed?.SerialNumberIndex ?? 0),
                Convert.ToHexStringLower(descriptor),
                [.. configurations.Select(Convert.ToHexStringLower)]),
            JsonViews.Default.InspectionView);
}
