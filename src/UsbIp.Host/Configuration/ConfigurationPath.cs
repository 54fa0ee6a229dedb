namespace UsbIp.Host.Configuration;

/// <summary>Where the configuration is.</summary>
internal static class ConfigurationPath
{
    /// <summary>The environment variable that names another place, as --config does.</summary>
    public const string Variable = "USBIP_HOST_CONFIG";

    private const string FileName = "config.yaml";

    /// <summary>What was chosen; else the directory that systemd gives a service, /etc/usbip-host for root, and the user's own for others.</summary>
    public static string Of(string? chosen)
    {
        if ((chosen ?? NotEmpty(Variable)) is { } path)
        {
            return Path.GetFullPath(path);
        }

        if (NotEmpty("CONFIGURATION_DIRECTORY") is { } service)
        {
            return Path.Combine(service.Split(':')[0], FileName);
        }

        var home = NotEmpty("XDG_CONFIG_HOME") ?? (NotEmpty("HOME") is { } directory ? Path.Combine(directory, ".config") : null);
        return Environment.IsPrivilegedProcess || home is null ? $"/etc/usbip-host/{FileName}" : Path.Combine(home, "usbip-host", FileName);
    }

    private static string? NotEmpty(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
