using System.Diagnostics;

namespace UsbIp.Host.Service;

/// <summary>Has udev read its rules anew, and apply them to the USB devices that are plugged in.</summary>
internal static class Udev
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[][] Steps = [["control", "--reload"], ["trigger", "--settle", "--subsystem-match=usb"]];

    /// <exception cref="CommandException">udev is not there, or refuses.</exception>
    public static void ApplyRules()
    {
        foreach (var arguments in Steps)
        {
            var command = $"udevadm {string.Join(' ', arguments)}";
            try
            {
                using var process = Process.Start("udevadm", arguments);
                if (process.WaitForExit(Patience) && process.ExitCode == 0)
                {
                    continue;
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // not installed: the same to the user
            }

            throw new CommandException(ExitCode.Failure, $"The rules are written, but '{command}' did not apply them.", "plug the device in anew");
        }
    }
}
