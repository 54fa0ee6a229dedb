using System.CommandLine;
using UsbIp.Client.Remote;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;
using UsbIp.Protocol.Selection;
using UsbIp.Protocol.Watching;

namespace UsbIp.Client.Commands;

/// <summary><c>usbip-client list HOST</c>: what a host exports.</summary>
internal sealed class ListCommand(ClientSettings settings, Output output)
{
    public static Command Define(GlobalOptions global)
    {
        var host = new Argument<string?>("HOST[:PORT]") { Description = HostArgument.Description, Arity = ArgumentArity.ZeroOrOne };
        var remote = HostArgument.StockOption();
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("list", "Show the devices that a host exports") { host, remote, json };
        command.SetAction(parsed => global.Run(parsed, (settings, output) => new ListCommand(settings, output).Run(
            HostArgument.Parse(parsed.GetValue(remote) ?? parsed.GetValue(host), parsed.GetValue(global.TcpPort)),
            parsed.GetValue(json))));
        return command;
    }

    public ExitCode Run(HostAddress host, bool json)
    {
        IReadOnlyList<ListedDevice> devices;
        Extensions offer;
        using (var connection = HostConnection.Connect(host))
        {
            devices = connection.List();
            offer = connection.ReadOffer();
        }

        settings.SeenHosts.Note(host);
        var names = settings.LoadNames();
        var holders = DeviceHolders.Read(host, offer);
        if (json)
        {
            output.Json(new DeviceListView(host.ToString(), [.. devices.Select(device => View(device, names, holders))]), JsonViews.Default.DeviceListView);
        }
        else if (devices.Count == 0)
        {
            output.Remark($"{host} exports no device{(offer.HasFlag(Extensions.Watch) ? "" : " that is free to be attached")}.");
        }
        else
        {
            PrintTable(devices, names, holders);
        }

        return ExitCode.Success;
    }

    /// <summary>Serial numbers, aliases and holders only where a host tells them.</summary>
    private void PrintTable(IReadOnlyList<ListedDevice> devices, UsbNames names, Dictionary<BusId, WatchedDevice> holders)
    {
        string[] headings = ["BUSID", "VID:PID", "SPEED", "DEVICE", "CLASS", "SERIAL", "ALIAS", "HELD BY"];
        var rows = devices.Select(device => Row(device, names, holders)).ToArray();
        int[] shown = [.. Enumerable.Range(0, headings.Length).Where(column => column < 5 || rows.Any(row => row[column].Length > 0))];
        output.Table([.. shown.Select(column => headings[column])], [.. rows.Select(row => shown.Select(column => row[column]).ToArray())]);
    }

    private static string[] Row(ListedDevice listed, UsbNames names, Dictionary<BusId, WatchedDevice> holders)
    {
        var device = listed.Device;
        var told = DeviceDescription.Read(device.Path);
        var vendor = names.Vendor(device.VendorId) ?? "unknown vendor";
        var product = told.Product ?? names.Product(device.VendorId, device.ProductId) ?? "unknown product";
        return
        [
            device.BusId.ToString(),
            $"{device.VendorId:x4}:{device.ProductId:x4}",
            SpeedNames.Short(device.Speed),
            $"{vendor}, {product}",
            Classes(listed, names),
            told.SerialNumber ?? "",
            string.Join(", ", told.Aliases),
            holders.TryGetValue(device.BusId, out var held) ? $"{held.Holder} since {HeldSince(held):yyyy-MM-dd HH:mm:ss}" : "",
        ];
    }

    private static DateTimeOffset HeldSince(in WatchedDevice held) => DateTimeOffset.FromUnixTimeMilliseconds(held.HeldSince).ToLocalTime();

    /// <summary>The device's class; where it leaves that to its interfaces, theirs.</summary>
    private static string Classes(ListedDevice listed, UsbNames names)
    {
        var own = listed.Device.DeviceClass;
        var classes = own is 0 or 0xEF && listed.Interfaces.Count > 0
            ? listed.Interfaces.Select(record => record.Class).Distinct()
            : Enumerable.Repeat(own, 1);
        return string.Join(", ", classes.Select(code => code == 0 ? "per interface" : names.Class(code) ?? $"class {code:x2}"));
    }

    private static DeviceView View(ListedDevice listed, UsbNames names, Dictionary<BusId, WatchedDevice> holders)
    {
        var device = listed.Device;
        var told = DeviceDescription.Read(device.Path);
        var isHeld = holders.TryGetValue(device.BusId, out var held);
        return new DeviceView(
            device.BusId.ToString(),
            device.BusNumber,
            device.DeviceNumber,
            SpeedNames.Short(device.Speed),
            $"{device.VendorId:x4}",
            $"{device.ProductId:x4}",
            names.Vendor(device.VendorId),
            told.Product ?? names.Product(device.VendorId, device.ProductId),
            $"{device.DeviceClass:x2}/{device.DeviceSubClass:x2}/{device.DeviceProtocol:x2}",
            names.Class(device.DeviceClass),
            told.Path,
            [.. listed.Interfaces.Select(record => $"{record.Class:x2}/{record.SubClass:x2}/{record.Protocol:x2}")],
            told.SerialNumber,
            told.Aliases,
            isHeld ? held.Holder : null,
            isHeld ? HeldSince(held) : null);
    }
}
