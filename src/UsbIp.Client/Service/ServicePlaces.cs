using System.ComponentModel;
using System.Diagnostics;

namespace UsbIp.Client.Service;

/// <summary>Where systemd and the lasting attachments are; tests put a directory of theirs in, and a systemctl.</summary>
public sealed record ServicePlaces
{
    /// <summary>What every path begins with.</summary>
    public string Root { get; init; } = "/";

    /// <summary>What the units run, where no package brought them.</summary>
    public string Program { get; init; } = Environment.ProcessPath!;

    /// <summary>Runs systemctl with these arguments: its exit code, and what it said.</summary>
    public Func<IReadOnlyList<string>, (int ExitCode, string Said)> RunSystemctl { get; init; } = arguments => Run("systemctl", arguments);

    /// <summary>Runs systemd-sysusers, which makes users, likewise.</summary>
    public Func<IReadOnlyList<string>, (int ExitCode, string Said)> RunSysusers { get; init; } = arguments => Run("systemd-sysusers", arguments);

    /// <summary>One file for each attachment, named as it is.</summary>
    public string Attachments => Path.Combine(Root, "etc/usbip-client/attachments");

    /// <summary>There while systemd is the machine's init (sd_booted(3)).</summary>
    public string Running => Path.Combine(Root, "run/systemd/system");

    /// <summary>Where an administrator's units are.</summary>
    public string OwnUnits => Path.Combine(Root, "etc/systemd/system");

    /// <summary>Says which users an administrator wants (sysusers.d(5)).</summary>
    public string Users => Path.Combine(Root, "etc/sysusers.d/usbip-client.conf");

    /// <summary>Where a package's units are.</summary>
    public IReadOnlyList<string> PackagedUnits => [Path.Combine(Root, "usr/lib/systemd/system"), Path.Combine(Root, "lib/systemd/system")];

    private static (int ExitCode, string Said) Run(string program, IReadOnlyList<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            var said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, (said + error.GetAwaiter().GetResult()).Trim());
        }
        catch (Win32Exception error)
        {
            return (-1, $"{program} could not be run ({error.Message})");
        }
    }
}
