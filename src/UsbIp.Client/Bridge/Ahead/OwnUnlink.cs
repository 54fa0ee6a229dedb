namespace UsbIp.Client.Bridge.Ahead;

/// <summary>An unlink that the bridge itself sent, and that is over: what it was for, and who must know.</summary>
internal readonly record struct OwnUnlink(AheadPipe Pipe, uint Target);
