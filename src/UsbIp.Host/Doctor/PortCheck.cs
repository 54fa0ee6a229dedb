using UsbIp.Host.Control;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Doctor;

/// <summary>Is the port that clients come to free for the daemon, or the daemon's?</summary>
internal static class PortCheck
{
    private const string ServiceManager = "systemd (1)";

    /// <param name="surroundings">Where to look.</param>
    /// <param name="daemon">The daemon that answered: the port is its own, or it has chosen another.</param>
    /// <param name="isRefused">A daemon runs that does not answer this user: the port may be its own.</param>
    public static IEnumerable<Finding> Run(HostSurroundings surroundings, HostStatus? daemon, bool isRefused)
    {
        if (daemon is not null || isRefused)
        {
            yield break;
        }

        foreach (var socket in ListeningSockets.Find(surroundings.Usb.ProcRoot, surroundings.Port).Take(1))
        {
            var holder = NodeHolders.Describe($"socket:[{socket.Inode}]", surroundings.Usb.ProcRoot);
            if (holder == ServiceManager)
            {
                yield break; // it listens for a daemon that it starts with the first client
            }

            yield return Finding.Error(
                "H-PORT-TAKEN",
                $"TCP port {surroundings.Port} is taken by {(holder.Length > 0 ? holder : "a program of another user")}, so a daemon cannot listen there.",
                holder.StartsWith("usbipd ", StringComparison.Ordinal)
                    ? "end the stock usbipd (systemctl stop usbipd), or: usbip-host serve --listen ADDRESS:3241"
                    : $"end that program, or: usbip-host serve --listen ADDRESS:{surroundings.Port + 1}");
        }
    }
}
