using UsbIp.Client.Interop;

namespace UsbIp.Client.Persist;

/// <summary>The processes that keep devices attached, for the commands that show and end them.</summary>
internal static class KeptDevices
{
    /// <summary>For detaching, and for the kernel to let go.</summary>
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Ends a process that keeps a device, which detaches it if it is attached; returns when it has ended.</summary>
    /// <exception cref="CommandException">It is another user's, or does not end.</exception>
    public static void End(KeptState kept, double patience)
    {
        using var process = RunningProcess.Open(kept.ProcessId);
        if (process is null || (kept.Owner is { } user && !process.IsOf(user)))
        {
            return; // it has ended by itself, and its number may be another's
        }

        if (!process.AskToEnd())
        {
            throw new CommandException(
                ExitCode.Permission,
                $"This user may not end process {kept.ProcessId}, which keeps {kept.Device} of {kept.Host} attached.",
                $"sudo kill {kept.ProcessId}, or 'systemctl stop' if a unit keeps it.");
        }

        if (!process.HasEnded(EndTimeout * patience))
        {
            throw new CommandException(
                ExitCode.Timeout,
                $"Process {kept.ProcessId}, which keeps {kept.Device} of {kept.Host} attached, did not end within {(EndTimeout * patience).TotalSeconds:0} s.",
                $"kill -9 {kept.ProcessId}; the kernel then detaches the device.");
        }
    }
}
