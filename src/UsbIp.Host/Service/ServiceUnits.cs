using System.Diagnostics;

namespace UsbIp.Host.Service;

/// <summary>What systemd says of the packaged units.</summary>
internal static class ServiceUnits
{
    public const string Service = "usbip-host.service";
    public const string Socket = "usbip-host.socket";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Their process, listeners and addresses, as systemctl(1) shows them: a block of lines NAME=VALUE for each; empty where systemd does not run.</summary>
    public static string Show()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("systemctl", ["show", Service, Socket, "--property=Id,MainPID,Listen,IPAddressAllow,IPAddressDeny"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var said = process.StandardOutput.ReadToEndAsync();
            if (process.WaitForExit(Patience) && process.ExitCode == 0)
            {
                return said.GetAwaiter().GetResult();
            }

            process.Kill();
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            // not installed, or it ended by itself: the same to who asks
        }

        return "";
    }
}
