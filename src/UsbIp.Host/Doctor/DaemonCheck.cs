using UsbIp.Host.Control;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Doctor;

/// <summary>Does a daemon run, and does it answer?</summary>
internal static class DaemonCheck
{
    public const string Refused = "H-CONTROL-REFUSED";

    /// <returns>What the daemon says of itself, null if none does; its rules, null if they are not this user's to read; and the findings.</returns>
    public static (HostStatus? Daemon, ConfigurationView? Configuration, IReadOnlyList<Finding> Findings) Run(IReadOnlyList<string> places)
    {
        try
        {
            using var client = ControlClient.TryConnect(places);
            if (client is not null)
            {
                var status = client.Status();
                return (status, Rules(client), [.. Describe(status)]);
            }
        }
        catch (CommandException refusal) when (refusal.ExitCode == ExitCode.Permission)
        {
            return (null, null, [Finding.Warning(Refused, refusal.Message, refusal.Hint!)]);
        }
        catch (CommandException failure)
        {
            return (null, null, [Finding.Error("H-DAEMON-SILENT", failure.Message, "end the daemon and start it again; its log says more")]);
        }

        return (null, null, [places.FirstOrDefault(File.Exists) is { } stale
            ? Finding.Warning(
                "H-CONTROL-STALE",
                $"The control socket {stale} is there, but no daemon listens on it: one was killed.",
                "usbip-host serve, which replaces it and gives that daemon's devices back to their drivers")
            : Finding.Note("H-NO-DAEMON", "No daemon is running, so nothing is exported.", "usbip-host serve, or usbip-host export BUSID")]);
    }

    private static ConfigurationView? Rules(ControlClient client)
    {
        try
        {
            return new RuleClient(client).Read();
        }
        catch (CommandException)
        {
            return null; // an onlooker's answer; what else is wrong other checks find
        }
    }

    internal static IEnumerable<Finding> Describe(HostStatus status)
    {
        if (status.Daemon is not { } daemon)
        {
            yield break;
        }

        var exported = status.Devices.Count(device => device.Exported);
        yield return Finding.Note(
            "H-DAEMON", $"The daemon (process {daemon.ProcessId}) exports {exported} of {status.Devices.Count} devices on {string.Join(", ", daemon.Listening)}.");
        if (daemon.Version != ProgramVersion.Text)
        {
            yield return Finding.Warning(
                "H-DAEMON-VERSION",
                $"The daemon is of version {daemon.Version}, and this program of version {ProgramVersion.Text}.",
                "end the daemon and start it again");
        }

        if (daemon.Configuration is { Problem: { } problem } configuration)
        {
            yield return Finding.Error(
                "H-CONFIGURATION",
                $"The configuration {configuration.Path} does not hold, and what held before goes on (no name and no rule, if the daemon started with it): {problem}",
                "mend it by hand, then usbip-host reload");
        }

        if (exported > 0 && daemon.Listening.Count == 0)
        {
            yield return Finding.Error(
                "H-NOT-LISTENING", "The daemon listens on no address, so no client can come.", "end it, and start it with --listen ADDRESS");
        }
    }
}
