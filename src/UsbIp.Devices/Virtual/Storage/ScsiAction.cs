using UsbIp.Protocol;

namespace UsbIp.Devices.Virtual.Storage;

internal enum ScsiActionKind
{
    /// <summary>Refused; the sense says why.</summary>
    Fail,

    /// <summary>Done, without data.</summary>
    Done,

    /// <summary>The answer lies in the disk's response buffer.</summary>
    Respond,

    /// <summary>Blocks go to the host.</summary>
    Read,

    /// <summary>Blocks come from the host.</summary>
    Write,

    /// <summary>Done when the image is flushed; no data.</summary>
    Flush,
}

/// <summary>What a SCSI command asks for: the transport carries it out.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Length">Bytes of data.</param>
/// <param name="Offset">Where in the image they lie.</param>
/// <param name="ForceUnitAccess">A write is done only when the image is flushed.</param>
internal readonly record struct ScsiAction(ScsiActionKind Kind, long Length = 0, long Offset = 0, bool ForceUnitAccess = false)
{
    public static ScsiAction Fail => new(ScsiActionKind.Fail);

    public static ScsiAction Done => new(ScsiActionKind.Done);

    public static ScsiAction Flush => new(ScsiActionKind.Flush);

    public bool IsToHost => Kind is ScsiActionKind.Respond or ScsiActionKind.Read;

    /// <summary>
    /// How many bytes move: what both sides want. A command that wants more, or the other way, is a phase error (6.7, cases 2, 3, 7, 8, 10, 13).
    /// </summary>
    public long AgreeOnLength(in CommandBlockWrapper wrapper, out bool isPhaseError)
    {
        isPhaseError = Length > 0 && (wrapper.DataLength < Length || wrapper.IsIn != IsToHost);
        if (!isPhaseError)
        {
            return Length;
        }

        return wrapper.IsIn && IsToHost ? wrapper.DataLength : 0;
    }
}
