using System.Globalization;
using System.Text.RegularExpressions;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Doctor;

/// <summary>
/// Hints at a firewall that keeps clients out, from the files in which the usual ones are set up: their rules in the kernel are for root
/// alone to see. A warning where a socket is open to other machines, else a note.
/// </summary>
internal static class FirewallCheck
{
    public static IEnumerable<Finding> Run(HostSurroundings surroundings)
    {
        var port = surroundings.Port.ToString(CultureInfo.InvariantCulture);
        var isOpen = ListeningSockets.Find(surroundings.Usb.ProcRoot, surroundings.Port).Any(socket => !socket.IsLocal);
        foreach (var (sentence, hint) in Blocking(surroundings, port))
        {
            yield return new Finding("H-FIREWALL", isOpen ? FindingSeverity.Warning : FindingSeverity.Note, sentence, hint);
        }
    }

    private static IEnumerable<(string Sentence, string Hint)> Blocking(HostSurroundings surroundings, string port)
    {
        var etc = surroundings.ConfigurationRoot;
        if (Text(etc, "ufw/ufw.conf").Contains("ENABLED=yes", StringComparison.OrdinalIgnoreCase)
            && !Has(Text(etc, "ufw/user.rules") + Text(etc, "ufw/user6.rules"), port))
        {
            yield return ($"The firewall ufw is on, and no rule of its names TCP port {port}.", $"sudo ufw allow from 192.168.0.0/16 to any port {port} proto tcp");
        }

        if (IsRunning(surroundings.Usb.ProcRoot, "firewalld")
            && !Files(etc, "firewalld/zones").Any(zone => Has(zone, port)))
        {
            yield return ($"The firewall firewalld runs, and no zone of its names TCP port {port}.", $"sudo firewall-cmd --permanent --add-port={port}/tcp && sudo firewall-cmd --reload");
        }

        var tables = Text(etc, "nftables.conf");
        if (Drops(tables, "policy drop") && !Has(tables, port))
        {
            yield return ($"{Path.Combine(etc, "nftables.conf")} drops what it does not know, and does not name TCP port {port}.", $"add there: tcp dport {port} accept");
        }

        var rules = Text(etc, "iptables/rules.v4");
        if (Drops(rules, ":INPUT DROP") && !Has(rules, port))
        {
            yield return ($"{Path.Combine(etc, "iptables/rules.v4")} drops what it does not know, and does not name TCP port {port}.", $"sudo iptables -A INPUT -p tcp --dport {port} -j ACCEPT");
        }
    }

    /// <summary>Whether the port stands there as a number of its own: 32400 is not 3240.</summary>
    private static bool Has(string text, string port) => Regex.IsMatch(text, $@"(?<!\d){port}(?!\d)");

    /// <summary>Whether a line that is no remark says so.</summary>
    private static bool Drops(string text, string words) =>
        text.Split('\n').Any(line => !line.TrimStart().StartsWith('#') && line.Contains(words, StringComparison.Ordinal));

    private static bool IsRunning(string procRoot, string program)
    {
        try
        {
            return Directory.EnumerateDirectories(procRoot)
                .Any(process => char.IsAsciiDigit(Path.GetFileName(process)[0]) && Text(process, "comm").Trim() == program);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Files(string root, string directory)
    {
        try
        {
            return [.. Directory.EnumerateFiles(Path.Combine(root, directory)).Select(file => Text(root, file))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Text(string root, string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // not this firewall, or not for this user to read
        }
    }
}
