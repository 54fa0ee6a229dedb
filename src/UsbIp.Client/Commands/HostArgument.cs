using System.CommandLine;
using UsbIp.Client.Remote;
using UsbIp.Protocol.Selection;

namespace UsbIp.Client.Commands;

/// <summary>The host and the device of a command line, in this program's form or in that of the stock tools (<c>-r HOST -b BUSID</c>).</summary>
internal static class HostArgument
{
    public const string Description = "The machine that has the device, by name or address";

    /// <summary>The words of a command for one device of a host.</summary>
    public static Argument<string[]> HostAndDevice() => new("HOST[:PORT] DEVICE")
    {
        Description = $"The machine that has the device, and the device: {DeviceSelector.Forms} that the host has given it",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Option<string?> StockOption() => new("--remote", "-r") { Description = "The host, as the stock tools take it", HelpName = "HOST" };

    public static Option<string?> StockBusId() => new("--busid", "-b") { Description = "The device, as the stock tools take it", HelpName = "BUSID" };

    /// <exception cref="CommandException">No host is named, or it is no address.</exception>
    public static HostAddress Parse(string? host, string? tcpPort)
    {
        if (host is null)
        {
            throw new CommandException(ExitCode.Usage, "The command names no host.", "name the machine that has the device: HOST or HOST:PORT.");
        }

        return tcpPort is null
            ? HostAddress.Parse(host)
            : HostAddress.Parse(host, HostAddress.ParsePort(tcpPort, $"--tcp-port {tcpPort}"));
    }

    /// <summary>Host and device, each from its option or else from the next word.</summary>
    /// <exception cref="CommandException">One of them is missing, is there twice, or is none.</exception>
    public static (HostAddress Host, DeviceSelector Device) Parse(string[] words, string? remote, string? busId, string? tcpPort)
    {
        var rest = new Queue<string>(words);
        var host = Parse(remote ?? Next(rest), tcpPort);
        var device = busId ?? Next(rest) ?? throw new CommandException(
            ExitCode.Usage, "The command names no device.", $"'usbip-client list {host.Argument}' for the busids that the host exports.");
        if (rest.TryDequeue(out var surplus))
        {
            throw new CommandException(ExitCode.Usage, $"'{surplus}' is one word too many: the host is '{host.Argument}' and the device '{device}'.");
        }

        return DeviceSelector.TryParse(device, out var selector, out var problem)
            ? (host, selector)
            : throw new CommandException(ExitCode.Usage, problem, $"'usbip-client list {host.Argument}' for the busids that the host exports.");
    }

    private static string? Next(Queue<string> words) => words.TryDequeue(out var word) ? word : null;
}
