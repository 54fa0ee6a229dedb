using System.Text;
using UsbIp.Shared;

namespace UsbIp.Client.Service;

/// <summary>
/// The lasting attachments of this machine: one environment file for each, and an instance of the unit usbip-attach@.service.
/// </summary>
internal sealed class AttachmentUnits(ServicePlaces places)
{
    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Every attachment, by its name; files that are none are left out.</summary>
    public IReadOnlyList<LastingAttachment> List()
    {
        if (!Directory.Exists(places.Attachments))
        {
            return [];
        }

        var attachments = new List<LastingAttachment>();
        foreach (var path in Directory.EnumerateFiles(places.Attachments).Order(StringComparer.Ordinal))
        {
            if (LastingAttachment.IsName(Path.GetFileName(path)) && Read(path) is { } attachment)
            {
                attachments.Add(attachment);
            }
        }

        return attachments;
    }

    /// <summary>Null if there is none of that name.</summary>
    public LastingAttachment? Find(string name) => List().FirstOrDefault(attachment => attachment.Name == name);

    /// <summary>What systemd says of the unit, such as "active" or "enabled"; "unknown" where it says nothing.</summary>
    public string Ask(string question, LastingAttachment attachment)
    {
        var said = places.RunSystemctl([question, attachment.Unit]).Said;
        return said.Length > 0 && !said.Contains(' ', StringComparison.Ordinal) ? said.Split('\n')[0] : "unknown";
    }

    /// <summary>Writes the file, and has systemd start the unit now and with every boot.</summary>
    /// <exception cref="CommandException">systemd is not there or refused, or this user may not do that.</exception>
    public void Enable(LastingAttachment attachment)
    {
        RequireSystemd();
        var isChanged = Find(attachment.Name) is { } before && before != attachment;
        InstallUnpackaged();
        Write(Path.Combine(places.Attachments, attachment.Name), attachment.Format());
        Tell("enable", "--now", attachment.Unit);
        if (isChanged)
        {
            Tell("restart", attachment.Unit); // which runs with what the file said before
        }
    }

    /// <summary>Stops the unit, which detaches the device, and forgets it; with the last one, the units that were written for want of a package.</summary>
    /// <exception cref="CommandException">systemd is not there or refused, or this user may not do that.</exception>
    public void Disable(LastingAttachment attachment)
    {
        RequireSystemd();
        Tell("disable", "--now", attachment.Unit);
        Delete(Path.Combine(places.Attachments, attachment.Name));
        if (!Directory.EnumerateFiles(places.Attachments).Any(path => LastingAttachment.IsName(Path.GetFileName(path))))
        {
            RemoveUnpackaged();
        }
    }

    private void InstallUnpackaged()
    {
        var unpackaged = new UnpackagedUnits(places, Write);
        if (unpackaged.ArePackaged)
        {
            DeleteWritten(unpackaged);
            return;
        }

        if (unpackaged.Install())
        {
            Tell("daemon-reload");
            Tell("try-restart", UnpackagedUnits.Broker); // which may run another version's program
        }

        Tell("enable", "--now", UnpackagedUnits.BrokerSocket);
    }

    /// <summary>What a package brought, and what an administrator wrote, stays.</summary>
    private void RemoveUnpackaged()
    {
        var unpackaged = new UnpackagedUnits(places, Write);
        if (!unpackaged.ArePackaged)
        {
            StopBroker(unpackaged.Written);
        }

        DeleteWritten(unpackaged);
    }

    /// <summary>Its socket too; each only where it is ours.</summary>
    private void StopBroker(IReadOnlyList<string> written)
    {
        foreach (var unit in written.Select(path => Path.GetFileName(path)))
        {
            if (unit == UnpackagedUnits.BrokerSocket)
            {
                Tell("disable", "--now", unit);
            }
            else if (unit == UnpackagedUnits.Broker)
            {
                Tell("stop", unit);
            }
        }
    }

    /// <summary>Where a package came later, units from before would hide its own for ever, since /etc goes before /lib; nothing is stopped for that.</summary>
    private void DeleteWritten(UnpackagedUnits unpackaged)
    {
        if (unpackaged.Written is { Count: > 0 } written)
        {
            foreach (var path in written)
            {
                Delete(path);
            }

            Tell("daemon-reload");
        }
    }

    private void RequireSystemd()
    {
        if (!Directory.Exists(places.Running))
        {
            throw new CommandException(
                ExitCode.KernelModule,
                $"systemd does not run on this machine: {places.Running} does not exist.",
                "have another service manager run 'usbip-client attach --foreground --persist HOST DEVICE'.");
        }
    }

    private void Tell(params string[] arguments)
    {
        var (exitCode, said) = places.RunSystemctl(arguments);
        if (exitCode != 0)
        {
            throw new CommandException(
                said.Contains("authentication", StringComparison.OrdinalIgnoreCase) || said.Contains("denied", StringComparison.OrdinalIgnoreCase) ? ExitCode.Permission : ExitCode.Failure,
                $"'systemctl {string.Join(' ', arguments)}' ended with code {exitCode}: {said}",
                "the command with sudo; 'journalctl -u' and the unit's name say more.");
        }
    }

    private static LastingAttachment? Read(string path)
    {
        try
        {
            return LastingAttachment.TryParse(Path.GetFileName(path), File.ReadAllText(path), out var attachment) ? attachment : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Write(string path, string text) => Change(() => DurableFile.Write(path, Encoding.UTF8.GetBytes(text), ReadableByAll), path);

    private static void Delete(string path) => Change(() => File.Delete(path), path);

    private static void Change(Action change, string path)
    {
        try
        {
            change();
        }
        catch (UnauthorizedAccessException error)
        {
            throw new CommandException(ExitCode.Permission, $"This user may not write {path}.", "run the command with sudo.", error);
        }
        catch (IOException error)
        {
            throw new CommandException(ExitCode.Failure, $"{path} cannot be written: {error.Message}", "check the disk's space, and whether it is read-only.", error);
        }
    }
}
