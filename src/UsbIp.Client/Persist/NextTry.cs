namespace UsbIp.Client.Persist;

/// <summary>What decides when another try to attach a device is made.</summary>
internal enum NextTry
{
    /// <summary>Time alone: no host has answered.</summary>
    Later,

    /// <summary>The host, which has answered and will know when there is a chance.</summary>
    WhenTold,

    /// <summary>Whichever is first: the host may tell, but what helps may be no event there, such as a right that its service is given.</summary>
    WhenToldOrLater,
}
