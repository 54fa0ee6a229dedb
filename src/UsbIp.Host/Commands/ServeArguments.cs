using System.CommandLine;

namespace UsbIp.Host.Commands;

/// <summary>The options of a command that is, or may become, the daemon.</summary>
internal sealed class ServeArguments
{
    public Option<string[]> Listen { get; } = new("--listen")
    {
        Description = "Address to listen on, as often as wanted; without it only this machine, port 3240",
        HelpName = "ADDR[:PORT]",
    };

    public Option<string[]> Virtual { get; } = new("--virtual")
    {
        Description = "A device without hardware: disk:64M, disk:PATH[,ro], keyboard, serial, zero; exported at once",
        HelpName = "SPEC",
    };

    public Option<bool> Force { get; } = new("--force", "-f")
    {
        Description = "Export also what this machine uses, such as a mounted disk: an import takes it away as if it was unplugged",
    };

    public Option<string?> Backend { get; } = new("--backend")
    {
        Description = "What moves the data of this machine's devices: libusb, or usbfs (the kernel's own interface); without it libusb",
        HelpName = "NAME",
    };

    public SharingArguments Sharing { get; } = new();

    /// <exception cref="CommandException">An address or a backend is none.</exception>
    public ServeOptions Of(ParseResult parsed, IReadOnlyList<string> exports)
    {
        var listen = parsed.GetValue(Listen) ?? [];
        return new ServeOptions
        {
            Listen = listen.Length == 0 ? ListenAddress.Default : [.. listen.SelectMany(ListenAddress.Parse).Distinct()],
            Exports = exports,
            Force = parsed.GetValue(Force),
            Sharing = Sharing.Of(parsed),
            Backend = BackendOf(parsed.GetValue(Backend)),
            VirtualDevices = parsed.GetValue(Virtual) ?? [],
        };
    }

    /// <summary>Whether any option was given that only a daemon at its start can heed.</summary>
    public bool IsUsed(ParseResult parsed) =>
        parsed.GetValue(Listen) is { Length: > 0 } || parsed.GetValue(Virtual) is { Length: > 0 } || parsed.GetValue(Backend) is not null;

    private static BackendKind BackendOf(string? name) => name switch
    {
        null or "libusb" => BackendKind.LibUsb,
        "usbfs" => BackendKind.Usbfs,
        _ => throw new CommandException(ExitCode.Usage, $"'{name}' is no backend.", "--backend libusb, or --backend usbfs"),
    };
}
