using UsbIp.Client.Interop;
using UsbIp.Client.Persist;

namespace UsbIp.Client.Service;

/// <summary>What the package brings for lasting attachments, on a machine without the package: its units for the program as it is run now, and their user.</summary>
internal sealed class UnpackagedUnits(ServicePlaces places, Action<string, string> write)
{
    /// <summary>The unit of which every attachment is an instance.</summary>
    public const string Template = "usbip-attach@.service";

    /// <summary>Where bridges ask for a port of the kernel.</summary>
    public const string BrokerSocket = "usbip-vhci.socket";

    /// <summary>What answers there.</summary>
    public const string Broker = "usbip-vhci.service";

    /// <summary>The first line of what we write, which is ours to change; what an administrator has written is not.</summary>
    private const string Mark = "# Written by 'usbip-client service enable'.\n";

    private const string PackagedProgram = "/usr/bin/usbip-client";
    private const string Users = "usbip-client.sysusers";

    /// <summary>The template last: while it is not there, nothing asks the others.</summary>
    private static readonly string[] Units = [BrokerSocket, Broker, Template];

    /// <summary>Where the units' sandboxes show nothing.</summary>
    private static readonly string[] Hidden = ["/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"];

    /// <summary>Whether a package has brought them.</summary>
    public bool ArePackaged => places.PackagedUnits.Any(directory => File.Exists(Path.Combine(directory, Template)));

    /// <summary>The files that were written here and are there still; what an administrator wrote is not among them.</summary>
    public IReadOnlyList<string> Written => [.. Units.Select(unit => Path.Combine(places.OwnUnits, unit)).Append(places.Users).Where(IsOurs)];

    /// <summary>Writes what is not there yet or what another version wrote, and makes the user.</summary>
    /// <returns>Whether anything had to be written.</returns>
    /// <exception cref="CommandException">The units could not run the program, or this user may not write them, or the user cannot be made.</exception>
    public bool Install()
    {
        var program = places.Program;
        if (Array.Find(Hidden, prefix => program.StartsWith(prefix, StringComparison.Ordinal)) is { } hidden)
        {
            throw new CommandException(
                ExitCode.Failure,
                $"A service does not see {hidden}, and so could not run {program}.",
                $"'sudo install {program} /usr/local/bin', and this command with /usr/local/bin/{Path.GetFileName(program)}.");
        }

        MakeUser();
        var isNews = false;
        foreach (var unit in Units)
        {
            isNews |= Update(Path.Combine(places.OwnUnits, unit), Mark + Read(unit).Replace(PackagedProgram, program, StringComparison.Ordinal));
        }

        return isNews;
    }

    private void MakeUser()
    {
        if (!Update(places.Users, Mark + Read(Users)) && UserNames.Find(KeptFile.ServiceUser) is not null)
        {
            return;
        }

        var (exitCode, said) = places.RunSysusers([places.Users]);
        if (exitCode != 0 && UserNames.Find(KeptFile.ServiceUser) is null)
        {
            throw new CommandException(
                ExitCode.Failure,
                $"'systemd-sysusers {places.Users}' ended with code {exitCode}: {said}",
                $"'useradd --system --no-create-home --shell /usr/sbin/nologin {KeptFile.ServiceUser}', and this command again.");
        }
    }

    /// <returns>False if the file said so already, or is an administrator's.</returns>
    private bool Update(string path, string text)
    {
        if (File.Exists(path) && File.ReadAllText(path) is var old && (old == text || !old.StartsWith(Mark, StringComparison.Ordinal)))
        {
            return false;
        }

        write(path, text);
        return true;
    }

    private static bool IsOurs(string path) => File.Exists(path) && File.ReadAllText(path).StartsWith(Mark, StringComparison.Ordinal);

    private static string Read(string name)
    {
        using var resource = typeof(UnpackagedUnits).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }
}
