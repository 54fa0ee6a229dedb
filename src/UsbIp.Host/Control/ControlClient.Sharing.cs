namespace UsbIp.Host.Control;

/// <content>Who has a device, and for how long.</content>
public sealed partial class ControlClient
{
    public KickReply Kick(string busId, string? reason) =>
        Call(ControlOpcode.Kick, new KickRequest(busId, reason), SharingJson.Default.KickRequest, SharingJson.Default.KickReply);

    public DeviceReply Share(ShareRequest request) =>
        Call(ControlOpcode.Share, request, SharingJson.Default.ShareRequest, SharingJson.Default.DeviceReply);
}
