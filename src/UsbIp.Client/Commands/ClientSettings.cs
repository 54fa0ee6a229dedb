using System.Globalization;
using UsbIp.Client.Privileged;
using UsbIp.Client.Service;
using UsbIp.Client.Vhci;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Commands;

/// <summary>What the commands work on: this machine's kernel, its sysfs, the state files, the names. Tests put a directory of theirs in.</summary>
public sealed record ClientSettings
{
    public VhciDriver Driver { get; init; } = new();

    public string Sysfs { get; init; } = LocalDevice.DefaultSysfs;

    /// <summary>Where mounts and swaps are listed.</summary>
    public string Proc { get; init; } = "/proc";

    public ServicePlaces Services { get; init; } = new();

    public ModuleTree Modules { get; init; } = new();

    public AttachmentRecords Records { get; init; } = new();

    /// <summary>Which hosts this user has talked to; nobody's unless the program says whose.</summary>
    public SeenHosts SeenHosts { get; init; } = new(null);

    public Func<UsbNames> LoadNames { get; init; } = UsbNames.Load;

    /// <summary>
    /// Stretches the waits for this machine's kernel: <c>USBIP_CLIENT_PATIENCE=3</c> on an emulated machine, where enumerating takes longer.
    /// </summary>
    public double Patience { get; init; } = ReadPatience(Environment.GetEnvironmentVariable("USBIP_CLIENT_PATIENCE"));

    /// <summary>The packages' broker, for those who may not attach themselves.</summary>
    public AttachBrokerClient Broker { get; init; } = new();

    internal PortAccess Ports => new(Driver, Records, Broker);

    internal Enumeration Enumeration => new(Driver, Sysfs, Patience);

    private static double ReadPatience(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) ? Math.Clamp(factor, 0.1, 100) : 1;
}
