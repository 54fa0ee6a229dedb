namespace UsbIp.FaultyDisk;

/// <summary>What the disk does wrong, once, with a command for the block that <see cref="FaultPlan"/> has for it.</summary>
public enum DiskFault
{
    None,

    /// <summary>The command itself is stalled.</summary>
    StallsCommand,

    /// <summary>The data is stalled before its first byte; the status says that the command failed.</summary>
    StallsData,

    /// <summary>As <see cref="StallsData"/>, behind half of the data.</summary>
    StallsDataHalfway,

    /// <summary>A short packet ends the data early; the status names the rest.</summary>
    SendsLess,

    /// <summary>More data comes than there is room for.</summary>
    SendsMore,

    /// <summary>All data moves, and the status says that the command failed.</summary>
    Fails,

    /// <summary>The status says that the two sides disagree about the phase.</summary>
    LosesPhase,

    /// <summary>The status is stalled once, and comes when it is asked for again.</summary>
    StallsStatus,

    /// <summary>An empty packet comes before the status.</summary>
    SendsEmptyStatusFirst,

    /// <summary>The status is that of another command.</summary>
    MistakesTag,

    /// <summary>The status has no signature.</summary>
    LosesSignature,

    /// <summary>The status is one byte short.</summary>
    CutsStatus,

    /// <summary>Neither data nor status come until the device is reset.</summary>
    HangsInData,

    /// <summary>No status comes until the device is reset.</summary>
    HangsInStatus,

    /// <summary>The command itself is not taken until the device is reset; if it is still there then, it is.</summary>
    HangsInCommand,
}
