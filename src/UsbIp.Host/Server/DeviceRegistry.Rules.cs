using System.Net;
using UsbIp.Devices;
using UsbIp.Host.Rules;
using UsbIp.Host.Server.Events;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;
using UsbIp.Protocol.Watching;

namespace UsbIp.Host.Server;

/// <summary>What rules and aliases do: export what appears, keep clients out, and find a device by its name.</summary>
public sealed partial class DeviceRegistry
{
    private volatile HostRules _rules = HostRules.None;

    /// <summary>The rules that hold.</summary>
    public HostRules Rules => _rules;

    /// <summary>Has these rules hold from now on: exports what they allow, and takes back, from clients too, what they do not.</summary>
    public void Apply(HostRules rules)
    {
        var before = _rules;
        _rules = rules;
        foreach (var backend in backends)
        {
            foreach (var device in backend.ListDevices())
            {
                ExportByRule(device, backend);
            }
        }

        foreach (var export in Exports())
        {
            Withdraw(export);
            if (before.IsLimited(export.Info) || rules.IsLimited(export.Info))
            {
                TellIfExported(export); // it may be new to a client that watches
            }
        }
    }

    /// <summary>Has an export last as long as rules allow it, as if nobody had asked for it by hand.</summary>
    public void LeaveToRules(BusId busId)
    {
        lock (_gate)
        {
            if (_exports.TryGetValue(busId, out var export) && _rules.ForExport(_rules.TraitsOf(export.Info)).IsAllowed)
            {
                export.IsByHand = false;
                export.Policy = _rules.SharingOf(_rules.TraitsOf(export.Info));
            }
        }
    }

    /// <summary>The devices that a client may see, as it is told of them.</summary>
    /// <param name="client">Its address; null if it has none.</param>
    public IReadOnlyList<ListedDevice> ListFor(IPAddress? client)
    {
        var seen = Exports().Where(export => MaySee(export, client)).Select(export => export.Find()).OfType<UsbDeviceInfo>();
        return
        [
            .. seen.OrderBy(device => (device.BusNumber, device.DeviceNumber))
                .Select(device => DeviceListing.ToListed(device, _rules.TraitsOf(device).Aliases)),
        ];
    }

    /// <summary>Every exported device that a client may see, plugged in or not, as watchers are told of it.</summary>
    internal IReadOnlyList<WatchedDevice> WatchExported(IPAddress? client) =>
    [
        .. Exports().Where(export => MaySee(export, client))
            .Select(export => WatchedDevices.Of(export.Info, export.Find() is not null, isExported: true, export.Lease?.Holder)),
    ];

    /// <summary>Whether a client may know of an exported device.</summary>
    internal bool MaySee(ExportedDevice export, IPAddress? client) => Refusal(export, client) is null;

    /// <summary>The record of a device that a client has.</summary>
    public DeviceRecord RecordOf(UsbDeviceInfo device) => DeviceListing.ToRecord(device, _rules.TraitsOf(device).Aliases);

    /// <summary>The device that a client means by a busid, an alias or another selector. What is not exported comes back as it is.</summary>
    public BusId Resolve(BusId wanted, RemoteClient client)
    {
        if (IsExported(wanted) || !DeviceSelector.TryParse(wanted.ToString(), out var selector, out _) || selector.BusId is not null)
        {
            return wanted;
        }

        var offered = Exports().Where(export => MaySee(export, client.Address) && export.Find() is not null);
        var selection = selector.Among(offered, export => _rules.TraitsOf(export.Info));
        if (selection.Found.Count > 1)
        {
            ServerLog.AmbiguousName(_log, wanted, client.Name, selection.Problem!);
        }

        return selection.Single?.BusId ?? wanted;
    }

    /// <summary>Exports what was plugged in, if a rule says so; forgets what a rule had exported when it leaves.</summary>
    private void FollowRules(TopologyChange change)
    {
        if (change.Arrived)
        {
            if (Locate(change.BusId) is { } arrived)
            {
                ExportByRule(arrived.Device, arrived.Backend);
            }

            return;
        }

        lock (_gate)
        {
            if (_exports.TryGetValue(change.BusId, out var export) && !export.IsByHand)
            {
                EndLocked(export);
            }
        }
    }

    /// <summary>
    /// Whether this machine uses the device is left to the import: what is mounted now may be free then, and what is plugged in now is mounted in a
    /// moment.
    /// </summary>
    private void ExportByRule(UsbDeviceInfo device, IUsbBackend backend)
    {
        if (DeviceRefusal.WhyNever(device) is not null)
        {
            return;
        }

        RuleDecision decision;
        lock (_gate)
        {
            var rules = _rules; // read here, so that rules which come meanwhile find the export and withdraw it
            var traits = rules.TraitsOf(device);
            decision = rules.ForExport(traits);
            if (decision.IsAllowed)
            {
                if (FindExportLocked(device) is { } existing)
                {
                    existing.Policy = existing.IsByHand ? existing.Policy : rules.SharingOf(traits);
                    existing.IsForced = rules.IsForced(traits) || (existing.IsByHand && existing.IsForced); // what somebody has forced by hand stays
                    return;
                }

                if (_exports.TryGetValue(device.BusId, out var absent))
                {
                    EndLocked(absent); // another device, which was exported by hand and is no longer in this port
                }

                var export = new ExportedDevice(device, backend)
                {
                    IsByHand = false,
                    IsForced = rules.IsForced(traits),
                    Policy = rules.SharingOf(traits),
                    Slot = SlotOf(device.BusId),
                };
                _exports[device.BusId] = export;
                Events.Tell(DeviceEventKind.Exported, export);
            }
        }

        if (decision.IsAllowed)
        {
            ServerLog.ExportedByRule(_log, device.BusId, device.Descriptor.VendorId, device.Descriptor.ProductId, decision.Reason);
        }
        else if (decision.Verdict == RuleVerdict.NotNamed)
        {
            ServerLog.NotExportedByRule(_log, device.BusId, decision.Reason);
        }
    }

    private void TellIfExported(ExportedDevice export)
    {
        lock (_gate)
        {
            if (_exports.TryGetValue(export.BusId, out var current) && current == export)
            {
                Events.Tell(DeviceEventKind.Exported, export);
            }
        }
    }

    /// <summary>Ends an export, or the session of a client, that rules no longer allow.</summary>
    private void Withdraw(ExportedDevice export)
    {
        DeviceLease? lease;
        RuleDecision decision;
        RuleDecision? refusal = null;
        bool isWithdrawn;
        lock (_gate)
        {
            if (!_exports.TryGetValue(export.BusId, out var current) || current != export)
            {
                return;
            }

            lease = export.Lease; // under the gate: whoever leases the device later is asked by the rules that hold now
            decision = _rules.ForExport(_rules.TraitsOf(export.Info));
            isWithdrawn = decision.Verdict == RuleVerdict.Denied || (!export.IsByHand && !decision.IsAllowed);
            if (isWithdrawn)
            {
                EndLocked(export);
            }
            else
            {
                refusal = lease is null ? null : Refusal(export, lease.Holder.Address);
                export.Line.WakeAll();
            }
        }

        if (isWithdrawn)
        {
            lease?.Stop(new Parting("the rules no longer export it"));
            ServerLog.WithdrawnByRule(_log, export.BusId, decision.Reason);
        }
        else if (refusal is not null)
        {
            lease!.Stop(new Parting($"the rules no longer let this client have it: {refusal.Reason}"));
        }
    }

    /// <summary>Why a client may not have the device; null if it may.</summary>
    private RuleDecision? Refusal(ExportedDevice export, IPAddress? client)
    {
        var rules = _rules;
        var decision = rules.ForClient(rules.TraitsOf(export.Info), client);
        return decision.IsAllowed || (export.IsByHand && decision.Verdict != RuleVerdict.Denied) ? null : decision;
    }

    private bool IsExported(BusId busId)
    {
        lock (_gate)
        {
            return _exports.ContainsKey(busId);
        }
    }
}
