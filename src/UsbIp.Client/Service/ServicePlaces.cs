using System.ComponentModel;
using System.Diagnostics;

namespace UsbIp.Client.Service;

/// <summary>Where systemd and the lasting attachments are; tests put a directory of theirs in, and a systemctl.</summary>
public sealed record ServicePlaces
{
    /// <summary>What every path begins with.</summary>
    public string Root { get; init; } = "/";

    /// <summary>Runs systemctl with these arguments: its exit code, and what it said.</summary>
    public Func<IReadOnlyList<string>, (int ExitCode, string Said)> RunSystemctl { get; init; } = Run;

    /// <summary>One file for each attachment, named as it is.</summary>
    public string Attachments => Path.Combine(Root, "etc/usbip-client/attachments");

    /// <summary>There while systemd is the machine's init (sd_booted(3)).</summary>
    public string Running => Path.Combine(Root, "run/systemd/system");

    /// <summary>Where an administrator's units are.</summary>
    public string OwnUnits => Path.Combine(Root, "etc/systemd/system");

    /// <summary>Where a package's units are.</summary>
    public IReadOnlyList<string> PackagedUnits => [Path.Combine(Root, "usr/lib/systemd/system"), Path.Combine(Root, "lib/systemd/system")];

    private static (int ExitCode, string Said) Run(IReadOnlyList<string> arguments)
    {
        try
        {
            using var systemctl = Process.Start(new ProcessStartInfo("systemctl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = systemctl.StandardError.ReadToEndAsync();
            var said = systemctl.StandardOutput.ReadToEnd();
            systemctl.WaitForExit();
            return (systemctl.ExitCode, (said + error.GetAwaiter().GetResult()).Trim());
        }
        catch (Win32Exception error)
        {
            return (-1, $"systemctl could not be run ({error.Message})");
        }
    }
}
