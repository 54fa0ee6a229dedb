namespace UsbIp.Host.Control;

/// <content>Who has a device, and for how long.</content>
public sealed partial class ControlClient
{
    public KickReply Kick(string busId, string? reason) =>
        Call(ControlOpcode.Kick, new KickRequest(busId, reason), SharingJson.Default.KickRequest, SharingJson.Default.KickReply);
}
