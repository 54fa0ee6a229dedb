using System.Diagnostics;
using UsbIp.Host.Interop;

namespace UsbIp.Host.Service;

/// <summary>Has udev read its rules anew, and apply them to the USB devices that are plugged in.</summary>
internal static class Udev
{
    /// <summary>The group to which the package's rule gives the nodes (packaging/host/72-usbip-host.rules).</summary>
    private const string Group = "usbip-host";

    /// <summary>
    /// Where no rule names a group any more, udev leaves a node the one that it has. Only those nodes are taken back: the others are of
    /// devices that clients may import at this moment. A rule of the administrator's own that names the group gives it back.
    /// </summary>
    private const string TakeBack =
        $"""
        find /dev/bus/usb -group {Group} | while read -r node; do
            udevadm info --query=property --name="$node" | grep -qx USBIP_HOST=1 && continue
            chgrp root "$node" && udevadm trigger --settle --name-match="$node" || [ ! -e "$node" ] || exit
        done
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Whether there is that group, as there is where the service was installed.</summary>
    public static bool HasGroup => UserAccess.FindGroup(Group) is not null;

    /// <exception cref="CommandException">udev is not there, or refuses.</exception>
    public static void ApplyRules()
    {
        Run("'udevadm control --reload'", "udevadm", "control", "--reload");
        Run("'udevadm trigger --settle'", "udevadm", "trigger", "--settle", "--subsystem-match=usb");
        if (HasGroup)
        {
            Run($"'chgrp root' on nodes that are no longer for the group {Group}", "sh", "-c", TakeBack);
        }
    }

    private static void Run(string what, string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(program, arguments);
            if (process.WaitForExit(Patience))
            {
                if (process.ExitCode == 0)
                {
                    return;
                }
            }
            else
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // not installed: the same to the user
        }

        throw new CommandException(ExitCode.Failure, $"udev has not applied the rules: {what} failed.", "'udevadm control --ping', which says whether udev runs");
    }
}
