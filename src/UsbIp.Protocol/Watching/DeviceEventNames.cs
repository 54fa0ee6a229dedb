namespace UsbIp.Protocol.Watching;

/// <summary>What happened to a device, as both programs' lines and JSON call it.</summary>
public static class DeviceEventNames
{
    /// <summary>The kind in lower case, such as <c>plugged</c>; <c>event-9</c> for one that this program does not know.</summary>
    public static string Of(DeviceEventKind kind) => kind switch
    {
        DeviceEventKind.Plugged => "plugged",
        DeviceEventKind.Unplugged => "unplugged",
        DeviceEventKind.Exported => "exported",
        DeviceEventKind.Unexported => "unexported",
        DeviceEventKind.Attached => "attached",
        DeviceEventKind.Released => "released",
        DeviceEventKind.Refused => "refused",
        DeviceEventKind.Error => "error",
        _ => $"event-{(byte)kind}",
    };
}
