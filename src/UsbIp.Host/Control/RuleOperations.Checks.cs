using System.Net;
using UsbIp.Devices;
using UsbIp.Host.Rules;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Control;

/// <content>What rules say of the devices that are plugged in.</content>
internal sealed partial class RuleOperations
{
    /// <summary>A verdict beside those of rules: whatever they say.</summary>
    private const string NotServable = "notServable";

    /// <exception cref="CommandException">The texts are no selector and address, or no such device is plugged in.</exception>
    public RuleCheckListView Check(CheckRuleRequest request)
    {
        var selector = DeviceChoice.Parse(request.Device);
        var client = request.From is null ? null
            : IPAddress.TryParse(request.From, out var address) ? address
            : throw new CommandException(ExitCode.Usage, $"'{request.From}' is no address of a client.", "--from 192.168.1.7");
        var rules = configuration.Rules;
        var checks = new List<RuleCheckView>();
        foreach (var device in devices())
        {
            var traits = rules.TraitsOf(device.Info);
            if (selector.Matches(traits))
            {
                var decision = client is null ? rules.ForExport(traits) : rules.ForClient(traits, client);
                var status = DeviceStatus.From(device) with { Aliases = traits.Aliases };
                checks.Add(DeviceRefusal.WhyNever(device.Info) is { } reason
                    ? new RuleCheckView(status, NotServable, null, reason)
                    : new RuleCheckView(status, NameOf(decision.Verdict), decision.Number > 0 ? decision.Number : null, decision.Reason)
                    {
                        ByHand = device.IsByHand,
                        InUse = (decision.Verdict == RuleVerdict.Allowed || device.IsByHand) && !device.IsForced && !rules.IsForced(traits)
                            ? findUse(device.Info.BusId)?.What
                            : null,
                    });
            }
        }

        return checks.Count > 0
            ? new RuleCheckListView(checks)
            : throw new CommandException(ExitCode.NotFound, $"No device of this machine is '{selector}'.", "plug it in; what rules say depends on all that it is");
    }

    /// <summary>Whether somebody may export the device by that selector.</summary>
    /// <exception cref="CommandException">A rule denies it, or it is an input device and was not named.</exception>
    public void CheckExport(UsbDeviceInfo device, DeviceSelector selector)
    {
        var rules = configuration.Rules;
        var traits = rules.TraitsOf(device);
        if (rules.ForExport(traits) is { Verdict: RuleVerdict.Denied } denial)
        {
            throw new CommandException(
                ExitCode.Permission, $"Device {device.BusId} is not exported: {denial.Reason}.", $"usbip-host rule remove {denial.Number}");
        }

        if (!device.IsHub && !rules.IsNamedBy(traits, selector))
        {
            throw new CommandException(
                ExitCode.Usage,
                $"Device {device.BusId} is an input device, which '{selector}' does not name.",
                $"usbip-host export {device.BusId}, or its serial: or VENDOR:PRODUCT");
        }
    }

    private static string NameOf(RuleVerdict verdict)
    {
        var name = verdict.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
