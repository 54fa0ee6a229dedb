namespace UsbIp.Host.Control;

/// <summary>Who may ask for what: everybody may look, and only those who may control the daemon may change anything.</summary>
internal static class ControlAccess
{
    /// <summary>What changes nothing, and tells no more than a client on the network could ask for.</summary>
    private static readonly HashSet<ControlOpcode> OpenToAll = [ControlOpcode.Hello, ControlOpcode.Status];

    /// <exception cref="CommandException">This peer may not ask for that.</exception>
    public static void Check(ControlOpcode opcode, PeerCredentials peer, bool mayControl)
    {
        if (!mayControl && !OpenToAll.Contains(opcode))
        {
            throw new CommandException(
                ExitCode.Permission,
                $"User {peer.UserId} may look at this daemon, but not control it.",
                $"sudo, or add the user to the group {ControlSocketFile.AdminGroupName}");
        }
    }
}
