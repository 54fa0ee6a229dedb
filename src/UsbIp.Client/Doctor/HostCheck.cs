using System.Diagnostics;
using System.Net.Sockets;
using UsbIp.Client.Remote;
using UsbIp.Protocol;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Client.Doctor;

/// <summary>Does a host answer, in this program's protocol, and how fast?</summary>
internal static class HostCheck
{
    private const int Rounds = 9;

    public static IEnumerable<Finding> Run(HostAddress host)
    {
        try
        {
            var address = host with { Host = HostDialer.Resolve(host, HostDialer.DefaultTimeout, CancellationToken.None)[0].ToString() };
            using var connection = HostConnection.Connect(host);
            return [.. Converse(host, connection), .. RoundTrip.Describe(host, Measure(address))];
        }
        catch (CommandException error)
        {
            return [Finding.Error(IdOf(error), error.Message, error.Hint ?? $"look into the log of the server on {host.Host}")];
        }
    }

    private static IEnumerable<Finding> Converse(HostAddress host, HostConnection connection)
    {
        IReadOnlyList<ListedDevice> devices;
        try
        {
            devices = connection.List();
        }
        catch (CommandException error) when (error.ExitCode == ExitCode.ProtocolMismatch && connection.PeerVersion is not null)
        {
            return [Finding.Error("C-OTHER-VERSION", error.Message, $"update the server on {host.Host}, or this program")];
        }

        var note = Finding.Note("C-HOST", $"{host} speaks USB/IP {Version(connection.PeerVersion)} and exports {Count(devices)}.");
        return devices.Count > 0
            ? [note]
            : [note, Finding.Warning("C-NOTHING-EXPORTED", $"{host} exports no device that is free to be attached.", $"'usbip-host list' and 'usbip-host export BUSID' on {host.Host}")];
    }

    /// <summary>How long connecting takes, which is one round trip and hardly more.</summary>
    private static TimeSpan[] Measure(HostAddress address)
    {
        var times = new TimeSpan[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var begin = Stopwatch.GetTimestamp();
            using var socket = HostDialer.Dial(address, HostDialer.DefaultTimeout, CancellationToken.None);
            times[round] = Stopwatch.GetElapsedTime(begin);
        }

        return times;
    }

    /// <summary>What went wrong, by what the network said.</summary>
    private static string IdOf(CommandException error) => error switch
    {
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "C-HOST-REFUSES",
        { ExitCode: ExitCode.UnknownHost } => "C-NAME-UNKNOWN",
        { InnerException: TimeoutException } => "C-NAME-SLOW",
        { ExitCode: ExitCode.Timeout, InnerException: SocketException } => "C-HOST-SILENT",
        { ExitCode: ExitCode.Timeout } => "C-NO-ANSWER",
        { ExitCode: ExitCode.Network, InnerException: SocketException } => "C-HOST-UNREACHABLE",
        { ExitCode: ExitCode.Network } => "C-HOST-CLOSES",
        { ExitCode: ExitCode.ProtocolMismatch } => "C-OTHER-PROTOCOL",
        { ExitCode: ExitCode.ProtocolError } => "C-BROKEN-ANSWER",
        _ => "C-LIST-REFUSED",
    };

    private static string Version(ushort? version) =>
        version is { } known ? $"{known >> 8:x}.{(known >> 4) & 0xF:x}.{known & 0xF:x}" : "of an unknown version";

    private static string Count(IReadOnlyList<ListedDevice> devices) => devices.Count == 1 ? "1 device" : $"{devices.Count} devices";
}
