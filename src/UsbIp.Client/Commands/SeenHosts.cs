using UsbIp.Client.Remote;

namespace UsbIp.Client.Commands;

/// <summary>The hosts that this user has talked to, the latest first: what a shell offers when a host is to be named. Worth no error.</summary>
/// <param name="path">The file, one host in each line; null to remember none.</param>
public sealed class SeenHosts(string? path)
{
    private const int MaxHosts = 50;
    private const int MaxBytes = 64 * 1024;

    /// <summary>$XDG_STATE_HOME/usbip-client/hosts, which is ~/.local/state/usbip-client/hosts unless somebody wants it elsewhere.</summary>
    public static SeenHosts OfUser()
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state))
        {
            var home = Environment.GetEnvironmentVariable("HOME");
            state = string.IsNullOrEmpty(home) ? null : Path.Combine(home, ".local", "state");
        }

        return new SeenHosts(state is null ? null : Path.Combine(state, "usbip-client", "hosts"));
    }

    public IReadOnlyList<string> List()
    {
        try
        {
            return path is not null && new FileInfo(path) is { Exists: true, Length: < MaxBytes } ? File.ReadAllLines(path) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>A host that has answered.</summary>
    public void Note(HostAddress host)
    {
        var known = List();
        if (path is null || (known.Count > 0 && known[0] == host.Argument))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var fresh = $"{path}.{Environment.ProcessId}";
            File.WriteAllLines(fresh, known.Where(one => one != host.Argument).Prepend(host.Argument).Take(MaxHosts));
            File.Move(fresh, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A service, or a user without a home: then the shell offers one host less.
        }
    }
}
