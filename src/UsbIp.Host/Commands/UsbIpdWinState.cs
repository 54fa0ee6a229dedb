using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using UsbIp.Host.Control;

namespace UsbIp.Host.Commands;

/// <summary>A device in the shape of usbipd-win's <c>state</c>: null means not connected, not bound, not attached.</summary>
public sealed record UsbIpdWinDevice(
    string? BusId,
    string? ClientIPAddress,
    string Description,
    string InstanceId,
    bool IsForced,
    Guid? PersistedGuid,
    string? StubInstanceId);

/// <summary>
/// What <c>usbipd state</c> prints on Windows (usbipd-win 2 to 5), for the programs that are written for it. An exported device is a bound one there;
/// the device's identity stands for the registry's, so that a device keeps its GUID at whatever port it is plugged in.
/// </summary>
public sealed record UsbIpdWinState(IReadOnlyList<UsbIpdWinDevice> Devices)
{
    private const string StubPrefix = @"USB\Vid_80EE&Pid_CAFE\"; // the driver that takes a bound device on Windows

    public static UsbIpdWinState From(IEnumerable<DeviceStatus> devices) => new([.. devices.Select(From)]);

    public void Write(TextWriter output) => output.WriteLine(JsonSerializer.Serialize(this, UsbIpdWinJson.Default.UsbIpdWinState));

    private static UsbIpdWinDevice From(DeviceStatus device)
    {
        // Windows makes up a serial number of the port where a device has none.
        var serial = device.Serial ?? device.BusId;
        var instance = $@"USB\VID_{device.VendorId.ToUpperInvariant()}&PID_{device.ProductId.ToUpperInvariant()}\{serial}";
        var isBound = device.Exported || device.Holder is not null;
        return new UsbIpdWinDevice(
            device.BusId,
            device.Holder is { } holder ? AddressOf(holder.Client) : null,
            DeviceText.Name(device),
            instance,
            IsForced: false,
            isBound ? GuidOf(instance) : null,
            device.Holder is null ? null : StubPrefix + serial);
    }

    /// <summary>The address of ADDRESS:PORT or [ADDRESS]:PORT.</summary>
    private static string AddressOf(string client) =>
        IPEndPoint.TryParse(client, out var endPoint) ? endPoint.Address.ToString() : client;

    /// <summary>A GUID of an identity, the same each time (RFC 9562, version 8).</summary>
    private static Guid GuidOf(string identity)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(UsbIpdWinState))]
internal sealed partial class UsbIpdWinJson : JsonSerializerContext;
