using System.Globalization;
using System.Net;
using UsbIp.Host.Rules;

namespace UsbIp.Host.Doctor;

/// <summary>What a unit of systemd lets through (systemd.resource-control(5), IPAddressAllow=): who is on no list may come.</summary>
/// <param name="Name">The unit.</param>
/// <param name="ProcessId">Its main process; 0 if it has none.</param>
/// <param name="Listening">Where it listens, such as 127.0.0.1:3240.</param>
/// <param name="Allowed">Who may come.</param>
/// <param name="Denied">Who else may not.</param>
internal sealed record UnitAddresses(
    string Name, int ProcessId, IReadOnlyList<string> Listening, IReadOnlyList<AddressRange> Allowed, IReadOnlyList<AddressRange> Denied)
{
    /// <summary>Whether packets of that address go no further, without a word to anybody.</summary>
    public bool Drops(IPAddress address) => !Allowed.Any(range => range.Contains(address)) && Denied.Any(range => range.Contains(address));

    /// <summary>Whether none of those addresses gets through.</summary>
    public bool Drops(AddressRange range) => !Allowed.Any(range.Overlaps) && Denied.Any(range.Overlaps);

    /// <summary>Whether it lets private networks in and nobody else, as the packages' units do: then nobody has said who else may come.</summary>
    public bool IsAsPackaged => Allowed.All(range => range.IsPrivate);

    /// <summary>Reads what systemctl show prints: for each unit lines NAME=VALUE, and an empty line between two.</summary>
    public static IReadOnlyList<UnitAddresses> Parse(string text) =>
    [
        .. from block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
           let lines = block.Split('\n').Select(line => line.Split('=', 2)).Where(line => line.Length == 2).ToLookup(line => line[0], line => line[1])
           where lines.Contains("Id")
           select new UnitAddresses(
               lines["Id"].First(),
               int.TryParse(lines["MainPID"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? process : 0,
               [.. lines["Listen"].Select(listen => listen.Split(' ')[0])],
               Ranges(lines["IPAddressAllow"]),
               Ranges(lines["IPAddressDeny"])),
    ];

    private static List<AddressRange> Ranges(IEnumerable<string> values)
    {
        var ranges = new List<AddressRange>();
        foreach (var text in values.SelectMany(value => value.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (AddressRange.TryParse(text, out var range))
            {
                ranges.Add(range);
            }
        }

        return ranges;
    }
}
