namespace UsbIp.Protocol;

/// <summary>What an operation message asks or answers (kernel: OP_REQ_*, OP_REP_*).</summary>
public enum OperationCode : ushort
{
    /// <summary>OP_REQ_IMPORT.</summary>
    ImportRequest = 0x8003,

    /// <summary>OP_REP_IMPORT.</summary>
    ImportReply = 0x0003,

    /// <summary>OP_REQ_DEVLIST.</summary>
    DeviceListRequest = 0x8005,

    /// <summary>OP_REP_DEVLIST.</summary>
    DeviceListReply = 0x0005,

    /// <summary>
    /// OP_REP_WAIT, of this project's own: comes any number of times before the OP_REP_IMPORT of a client that offered <see cref="Extensions.Wait"/> or
    /// <see cref="Extensions.TakeOver"/>; an <see cref="ImportDetail"/> follows each.
    /// </summary>
    WaitReply = 0x00F3,

    /// <summary>OP_REQ_WATCH, of this project's own: asked only where the host has offered <see cref="Extensions.Watch"/>.</summary>
    WatchRequest = 0x80F2,

    /// <summary>OP_REP_WATCH; frames follow it, see <see cref="Watching.WatchFrameHeader"/>.</summary>
    WatchReply = 0x00F2,
}
