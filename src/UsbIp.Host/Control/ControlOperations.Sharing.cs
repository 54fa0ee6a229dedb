using UsbIp.Devices;
using UsbIp.Host.Rules;
using UsbIp.Host.Server;
using UsbIp.Protocol;

namespace UsbIp.Host.Control;

/// <content>Who has a device, and for how long.</content>
internal sealed partial class ControlOperations
{
    /// <summary>The longest reason, in characters; the rest of a <see cref="Farewell"/> says who speaks.</summary>
    private const int MaxReason = 100;

    /// <summary>Ends the session that holds a device.</summary>
    /// <exception cref="UsbException">There is no such device, or nobody holds it.</exception>
    /// <exception cref="CommandException">The text is no selector or selects several devices, or the reason is too long.</exception>
    public KickReply Kick(KickRequest request)
    {
        if (request.Reason is { Length: > MaxReason } reason)
        {
            throw new CommandException(ExitCode.Usage, $"The reason has {reason.Length} characters; {MaxReason} is the limit.", "a shorter one");
        }

        var busId = Chosen(request.BusId);
        var holder = registry.Kick(busId, request.Reason is { Length: > 0 } text ? PrintableText.Of(text) : null);
        return new KickReply(busId.ToString(), holder.Client);
    }

    private void Share(RegisteredDevice device, ExportRequest request)
    {
        if (request.Sharing is { } sharing)
        {
            registry.ChangePolicy(device.Info.BusId, before => PolicyOf(sharing, before));
        }
    }

    private static ExportPolicy PolicyOf(ShareRequest? request, ExportPolicy before)
    {
        var idle = request?.IdleReleaseSeconds is { } seconds && double.IsFinite(seconds) ? Math.Clamp(seconds, 0, TimeSpan.FromDays(365).TotalSeconds) : (double?)null;
        return new ExportPolicy(
            idle is null ? before.IdleRelease : idle > 0 ? TimeSpan.FromSeconds(idle.Value) : null,
            request?.MayBeTakenOver ?? before.MayBeTakenOver);
    }

    private BusId Chosen(string text)
    {
        var selector = DeviceChoice.Parse(text);
        var devices = registry.List();
        return (DeviceChoice.FindOrNull(devices.Where(one => one.Exported), selector) ?? DeviceChoice.Find(devices, selector)).Info.BusId;
    }
}
