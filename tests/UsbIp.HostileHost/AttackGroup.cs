namespace UsbIp.HostileHost;

/// <summary>Attacks that are reported in one line.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="BusIds">Each one attack, see <see cref="Attack"/>.</param>
internal sealed record AttackGroup(string Name, IReadOnlyList<string> BusIds)
{
    private static readonly string[] UrbKinds = ["control", "bulk-in", "bulk-out", "int-in", "int-out", "iso-in", "iso-out"];

    /// <summary>
    /// Wrong values of each field of OP_REP_IMPORT: version, code, status, and of the record path, busid, busnum, devnum, speed, the two
    /// ids; then path and busid without a NUL.
    /// </summary>
    private static readonly string[] Imports =
    [
        "0:0", "2:ffffffff", "4:1", "8:ffffffff", "264:ffffffff",
        "296:0", "296:1ffff", "296:ffffffff", "300:0", "300:10000", "300:ffffffff",
        "304:0", "304:7", "304:ffffffff", "308:0", "308:ffffffff",
        "fill:8:256", "fill:264:32", "half",
    ];

    /// <summary>Command, seqnum, status.</summary>
    private static readonly string[] Unlinks = ["0:1", "0:3", "4:0", "4:ffffffff", "20:0", "20:4d", "20:ffffff8d", "twice", "half"];

    /// <summary>By offset, see the members of struct usbip_header: 0 command to 36 error_count.</summary>
    private static readonly string[] Submits =
    [
        "0:0", "0:1", "0:2", "0:5", "0:ffffffff", "4:0", "4:7fffffff", "4:ffffffff",
        "8:ffffffff", "12:ffffffff", "16:ffffffff",
        "20:1", "20:4d", "20:ffffff8d", "20:80000000", "20:7fffffff",
        "24:0", "24:1", "24:10000", "24:7fffffff", "24:80000000", "24:ffffffff",
        "28:ffffffff", "32:0", "32:1", "32:400", "32:7fffffff", "32:ffffffff",
        "36:7fffffff", "36:ffffffff", "twice", "half",
    ];

    /// <summary>The last packet's offset, length, actual_length and status, from the end of the reply.</summary>
    private static readonly int[] PacketFields = [-16, -12, -8, -4];

    private static readonly string[] PacketValues = ["0", "1000", "7fffffff", "80000000", "f0000000", "ffffffff"];

    public static IReadOnlyList<AttackGroup> All(int seeds) =>
    [
        Of("OP_REP_IMPORT", "import", Imports),
        Of("RET_UNLINK", "unlink", Unlinks),
        .. UrbKinds.Select(kind => Of($"RET_SUBMIT, {kind}", kind, Submits)),
        .. UrbKinds.Where(kind => kind.StartsWith("iso", StringComparison.Ordinal)).Select(kind => Of(
            $"the packet descriptors, {kind}", kind, from field in PacketFields from value in PacketValues select $"{field}:{value}")),
        new AttackGroup("random replies", [.. Enumerable.Range(1, seeds).Select(seed => $"{Attack.Seed}:{seed}")]),
    ];

    private static AttackGroup Of(string message, string kind, IEnumerable<string> wrong) =>
        new($"every field of {message} wrong", [.. wrong.Select(words => $"{kind}:{words}")]);
}
