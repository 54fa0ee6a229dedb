using UsbIp.Host.Interop;

namespace UsbIp.Host.Control;

/// <summary>Where the control socket is.</summary>
public static class ControlPath
{
    /// <summary>The environment variable that names another place, as --control does.</summary>
    public const string Variable = "USBIP_HOST_CONTROL";

    private const string SystemPath = "/run/usbip-host/control";

    /// <summary>Where a daemon of this user has its socket.</summary>
    /// <exception cref="CommandException">This user has no place for one.</exception>
    public static string ForDaemon(string? chosen)
    {
        if (Chosen(chosen) is { } path)
        {
            return path;
        }

        return UserAccess.EffectiveUserId == 0 ? SystemPath : UserPath() ?? throw new CommandException(
            ExitCode.Failure,
            "There is no place for the control socket: this session has no XDG_RUNTIME_DIR.",
            $"--control PATH, or the environment variable {Variable}");
    }

    /// <summary>Where a daemon may be found, the likelier place first: this user's own, then the system's.</summary>
    public static IReadOnlyList<string> ForClients(string? chosen)
    {
        if (Chosen(chosen) is { } path)
        {
            return [path];
        }

        return UserAccess.EffectiveUserId != 0 && UserPath() is { } own ? [own, SystemPath] : [SystemPath];
    }

    private static string? Chosen(string? option) => option ?? NotEmpty(Environment.GetEnvironmentVariable(Variable));

    private static string? UserPath() =>
        NotEmpty(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR")) is { } directory
            ? Path.Combine(directory, "usbip-host", "control")
            : null;

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
