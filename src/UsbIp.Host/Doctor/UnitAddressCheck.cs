using System.Net;
using UsbIp.Host.Control;
using UsbIp.Host.Rules;
using UsbIp.Host.Service;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Doctor;

/// <summary>
/// Does the packaged service's own unit drop the packets of clients for whom the daemon is meant? No firewall shows it, and nobody is told. What was passed
/// to the service counts as the socket's.
/// </summary>
internal static class UnitAddressCheck
{
    private const string Id = "H-UNIT-ADDRESSES";

    /// <param name="surroundings">Where to look.</param>
    /// <param name="daemon">What the daemon says; null if none does.</param>
    /// <param name="configuration">Its rules; null if they are not this user's to read.</param>
    public static IEnumerable<Finding> Run(HostSurroundings surroundings, HostStatus? daemon, ConfigurationView? configuration)
    {
        if (daemon?.Daemon is not { } running)
        {
            return [];
        }

        var units = UnitAddresses.Parse(surroundings.ShowUnits());
        return units.FirstOrDefault(unit => unit.Name == ServiceUnits.Service) is { } service && service.ProcessId == running.ProcessId
            ? Look(running, units.FirstOrDefault(unit => unit.Name == ServiceUnits.Socket), service, configuration)
            : [];
    }

    private static IEnumerable<Finding> Look(DaemonStatus running, UnitAddresses? socket, UnitAddresses service, ConfigurationView? configuration)
    {
        var open = new HashSet<UnitAddresses>();
        foreach (var listening in running.Listening)
        {
            if (!IPEndPoint.TryParse(listening, out var endPoint) || IPAddress.IsLoopback(endPoint.Address))
            {
                continue;
            }

            var unit = socket?.Listening.Contains(listening) == true ? socket : service;
            open.Add(unit);
            if (unit.Drops(endPoint.Address) && unit.IsAsPackaged)
            {
                var isAny = endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any);
                yield return new Finding(Id, isAny ? FindingSeverity.Note : FindingSeverity.Warning, $"The daemon listens on {listening}, but {Describe(unit)}.", Cure(unit));
            }
        }

        foreach (var rule in configuration?.Rules.Where(rule => rule.Allow) ?? [])
        {
            foreach (var from in rule.From)
            {
                if (AddressRange.TryParse(from, out var clients) && open.FirstOrDefault(unit => unit.Drops(clients)) is { } unit)
                {
                    yield return Finding.Warning(Id, $"Rule {rule.Number} is for clients of {from}, but {Describe(unit)}.", Cure(unit));
                }
            }
        }
    }

    private static string Describe(UnitAddresses unit) =>
        unit.Allowed.Count > 0
            ? $"the unit {unit.Name} drops the packets of all but {string.Join(", ", unit.Allowed)}"
            : $"the unit {unit.Name} drops the packets of {string.Join(", ", unit.Denied)}";

    private static string Cure(UnitAddresses unit) =>
        $"sudo systemctl edit {unit.Name}, with {(unit.Name == ServiceUnits.Socket ? "[Socket]" : "[Service]")} and IPAddressAllow= for your clients, then sudo systemctl restart {unit.Name}";
}
