namespace UsbIp.Client.Vhci;

/// <summary>What a user opens to use a device: the nodes of /dev and the network interfaces that the kernel's drivers made for it.</summary>
internal static class DeviceNodes
{
    private const int MaxDepth = 12;
    private const int MaxNodes = 32;

    /// <summary>The nodes below one directory of sysfs, in the order of their names; hidraw nodes only where nothing else is.</summary>
    public static IReadOnlyList<string> Find(string directory)
    {
        var nodes = new List<(string Subsystem, string Node)>();
        Walk(directory, depth: 0, nodes);
        var useful = nodes.Exists(node => node.Subsystem != "hidraw") ? nodes.Where(node => node.Subsystem != "hidraw") : nodes;
        return [.. useful.Select(node => node.Node).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether a driver made a node of that subsystem below the directory.</summary>
    public static bool Has(string directory, string subsystem)
    {
        var nodes = new List<(string Subsystem, string Node)>();
        Walk(directory, depth: 0, nodes);
        return nodes.Exists(node => node.Subsystem == subsystem);
    }

    private static void Walk(string directory, int depth, List<(string Subsystem, string Node)> nodes)
    {
        try
        {
            foreach (var child in new DirectoryInfo(directory).EnumerateDirectories())
            {
                if (child.LinkTarget is not null)
                {
                    continue; // links lead back up and across; what belongs to the device lies below it
                }

                if (nodes.Count < MaxNodes && depth < MaxDepth)
                {
                    Add(child, nodes);
                    Walk(child.FullName, depth + 1, nodes);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Unplugged meanwhile.
        }
    }

    private static void Add(DirectoryInfo entry, List<(string Subsystem, string Node)> nodes)
    {
        var subsystem = Path.GetFileName(new FileInfo(Path.Combine(entry.FullName, "subsystem")).LinkTarget ?? "");
        var node = subsystem switch
        {
            "net" or "bluetooth" => entry.Name,
            "block" when !File.Exists(Path.Combine(entry.FullName, "partition")) => NodeOf(entry),
            "input" when entry.Name.StartsWith("event", StringComparison.Ordinal) => NodeOf(entry),
            "sound" when entry.Name.StartsWith("control", StringComparison.Ordinal) => NodeOf(entry),
            "tty" or "hidraw" or "video4linux" or "usbmisc" => NodeOf(entry),
            _ => null,
        };
        if (node is not null)
        {
            nodes.Add((subsystem, node));
        }
    }

    private static string? NodeOf(DirectoryInfo entry)
    {
        const string Key = "DEVNAME=";
        var line = LocalLines(entry).FirstOrDefault(text => text.StartsWith(Key, StringComparison.Ordinal));
        return line is null ? null : "/dev/" + line[Key.Length..];
    }

    private static string[] LocalLines(DirectoryInfo entry)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(entry.FullName, "uevent"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
