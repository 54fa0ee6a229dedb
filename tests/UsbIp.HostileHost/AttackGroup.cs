namespace UsbIp.HostileHost;

/// <summary>Attacks that are reported in one line.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Expected">What must become of the session.</param>
/// <param name="BusIds">Each one attack, see <see cref="Attack"/>.</param>
internal sealed record AttackGroup(string Name, Outcome Expected, IReadOnlyList<string> BusIds)
{
    private static readonly string[] UrbKinds = ["control", "bulk-in", "bulk-out", "int-in", "int-out", "iso-in", "iso-out"];

    /// <summary>
    /// OP_REP_IMPORT: version, code, status; a path without a NUL; a busid that is empty, another, one with an escape sequence, one without a
    /// NUL; busnum and devnum of more than 16 bits; speeds that are none, or unknown, or wireless.
    /// </summary>
    private static readonly string[] RefusedImports =
    [
        "0:0", "0:1060003", "0:1110005", "0:1118003", "2:ffffffff", "4:1", "4:2", "4:3", "4:4", "4:5", "4:ffffffff",
        "fill:8:256", "264:0", "264:ffffffff", "264:1b5b324a", "fill:264:32",
        "296:10000", "296:1ffff", "296:ffffffff", "300:10000", "300:ffffffff",
        "304:0", "304:4", "304:7", "304:ffffffff", "half", "none",
    ];

    /// <summary>
    /// A path that is empty, not ASCII, or an escape sequence; bytes behind a text's NUL; busnum and devnum at their ends; then bcdDevice,
    /// class, subclass and protocol, bConfigurationValue, bNumConfigurations and bNumInterfaces, together and one by one.
    /// </summary>
    private static readonly string[] HarmlessImports =
    [
        "8:0", "8:ffffffff", "8:1b5b324a", "fill:38:226", "fill:288:8", "accept",
        "296:0", "296:ffff", "300:0", "300:ffff", "312:0", "312:ffffffff", "316:0", "316:ffffffff",
        "316:101", "316:ff0101", "316:10001", "316:1ff01", "316:10100", "316:101ff",
    ];

    /// <summary>
    /// The vendor's and the product's id, which are not those of the device that is then enumerated; a second grant, which is read as a reply; and the same
    /// question twice at once.
    /// </summary>
    private static readonly string[] FatalImports = ["308:0", "308:ffffffff", "308:a4a0", "308:5250000", "twice", "ask"];

    /// <summary>Speeds that exist and that the device does not have.</summary>
    private static readonly string[] ForeignSpeeds = ["304:1", "304:2", "304:5", "304:6"];

    /// <summary>RET_UNLINK: devid, direction, ep, status and each word of the padding.</summary>
    private static readonly string[] HarmlessUnlinks =
    [
        "8:1", "8:ffffffff", "12:1", "12:ffffffff", "16:1", "16:ffffffff",
        "20:0", "20:1", "20:4d", "20:ffffff8d", "20:7fffffff", "20:80000000", "20:ffffffff",
        "24:ffffffff", "28:ffffffff", "32:ffffffff", "36:ffffffff", "40:ffffffff", "44:ffffffff", "twice",
    ];

    /// <summary>Command, also a ping, a pong that nobody asked for, half a farewell, half a question; and seqnum, also that of the URB which is to be unlinked.</summary>
    private static readonly string[] FatalUnlinks =
        ["0:0", "0:1", "0:2", "0:3", "0:5", "0:f2", "0:f3", "0:f4", "0:f5", "0:ffffffff", "4:0", "4:7fffffff", "4:ffffffff", "plus:4:-1", "half", "none"];

    /// <summary>RET_SUBMIT: devid, direction, ep, status, start_frame, error_count and both words of the padding.</summary>
    private static readonly string[] HarmlessSubmits =
    [
        "8:1", "8:ffffffff", "12:1", "12:ffffffff", "16:1", "16:ffffffff",
        "20:1", "20:4d", "20:ffffff8d", "20:80000000", "20:7fffffff", "20:ffffffff",
        "28:1", "28:ffffffff", "36:1", "36:7fffffff", "36:ffffffff", "40:ffffffff", "44:ffffffff",
    ];

    /// <summary>Command, seqnum and actual_length.</summary>
    private static readonly string[] FatalSubmits =
    [
        "0:0", "0:1", "0:2", "0:4", "0:5", "0:f4", "0:f5", "0:ffffffff", "4:0", "4:7fffffff", "4:ffffffff",
        "24:10000", "24:7fffffff", "24:80000000", "24:ffffffff", "plus:24:1", "half",
    ];

    private static readonly string[] ShortLengths = ["24:0", "24:1"];

    private static readonly string[] PacketCounts = ["32:1", "32:400", "32:7fffffff", "32:80000000", "32:ffffffff", "plus:32:1", "plus:32:-1"];

    /// <summary>The last packet's offset, length and status, from the end of the reply.</summary>
    private static readonly string[] HarmlessPackets =
    [
        "-16:0", "-16:1000", "-16:7fffffff", "-16:80000000", "-16:f0000000", "-16:ffffffff", "plus:-16:1",
        "-12:0", "-12:1000", "-12:7fffffff", "-12:80000000", "-12:f0000000", "-12:ffffffff", "plus:-12:1",
        "-4:1", "-4:4d", "-4:ffffff8d", "-4:7fffffff", "-4:80000000", "-4:ffffffff",
    ];

    /// <summary>Its actual_length.</summary>
    private static readonly string[] FatalPackets =
        ["-8:0", "-8:1000", "-8:7fffffff", "-8:80000000", "-8:f0000000", "-8:ffffffff", "plus:-8:1", "plus:-8:-1", "wrap"];

    public static IReadOnlyList<AttackGroup> All(int seeds) =>
    [
        Of("OP_REP_IMPORT", "import", Outcome.Refused, RefusedImports),
        Of("OP_REP_IMPORT", "import", Outcome.GoesOn, HarmlessImports),
        Of("OP_REP_IMPORT", "import", Outcome.Ends, FatalImports),
        Of("OP_REP_IMPORT, speeds of other devices", "import", Outcome.Open, ForeignSpeeds),
        Of("RET_UNLINK", "unlink", Outcome.GoesOn, HarmlessUnlinks),
        Of("RET_UNLINK", "unlink", Outcome.Ends, FatalUnlinks),
        .. UrbKinds.SelectMany(Submits),
        .. UrbKinds.Where(IsIso).SelectMany(Packets),
        new AttackGroup("random replies", Outcome.Open, [.. Enumerable.Range(1, seeds).Select(seed => $"{Attack.Seed}:{seed}")]),
    ];

    /// <summary>The same attacks, all of them so many times.</summary>
    public AttackGroup Times(int count) => this with { BusIds = [.. Enumerable.Repeat(BusIds, count).SelectMany(busIds => busIds)] };

    private static IEnumerable<AttackGroup> Submits(string kind) =>
    [
        Of($"RET_SUBMIT, {kind}", kind, Outcome.GoesOn, [.. HarmlessSubmits, .. HarmlessCounts(kind)]),
        Of($"RET_SUBMIT, {kind}", kind, Outcome.Ends, [.. FatalSubmits, .. FatalCounts(kind)]),
        Of($"RET_SUBMIT twice, {kind}", kind, Outcome.Open, ["twice"]), // how many are borne is a matter of time
    ];

    /// <summary>An actual_length that is too short matters where data follows, a number of packets where packets do.</summary>
    private static string[] HarmlessCounts(string kind) => kind switch
    {
        "iso-in" => [],
        "iso-out" => ["24:0"], // as usbipdcpp does
        "bulk-out" or "int-out" => [.. PacketCounts, .. ShortLengths],
        _ => PacketCounts,
    };

    private static string[] FatalCounts(string kind) => kind switch
    {
        "iso-in" => [.. PacketCounts, "32:0", .. ShortLengths],
        "iso-out" => [.. PacketCounts, "32:0", "24:1"],
        "bulk-out" or "int-out" => [],
        _ => ShortLengths,
    };

    private static IEnumerable<AttackGroup> Packets(string kind) =>
    [
        Of($"packet descriptors, {kind}", kind, Outcome.GoesOn, HarmlessPackets),
        Of($"packet descriptors, {kind}", kind, Outcome.Ends, FatalPackets),
    ];

    private static bool IsIso(string kind) => kind.StartsWith("iso", StringComparison.Ordinal);

    private static AttackGroup Of(string message, string kind, Outcome expected, IEnumerable<string> wrong)
    {
        var outcome = expected switch
        {
            Outcome.Refused => "what cannot be is refused",
            Outcome.GoesOn => "what only misinforms ends nothing",
            Outcome.Ends => "what cannot be repaired unplugs the device",
            _ => "no harm is done",
        };
        return new AttackGroup($"{message}: {outcome}", expected, [.. wrong.Select(words => $"{kind}:{words}")]);
    }
}
