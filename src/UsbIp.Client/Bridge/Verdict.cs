namespace UsbIp.Client.Bridge;

/// <summary>What <see cref="ReplyShield"/> says of the message at the front of the host's bytes.</summary>
/// <param name="Kind">What to do with it.</param>
/// <param name="Size">Its whole size in bytes.</param>
/// <param name="Substitute">What the kernel is given in its place, where it is replaced.</param>
internal readonly record struct Verdict(VerdictKind Kind, int Size, byte[]? Substitute = null)
{
    public static Verdict Incomplete(int size) => new(VerdictKind.Incomplete, size);

    public static Verdict Forward(int size) => new(VerdictKind.Forward, size);

    public static Verdict Swallow(int size) => new(VerdictKind.Swallow, size);

    public static Verdict Replace(int size, byte[] substitute) => new(VerdictKind.Replace, size, substitute);
}

internal enum VerdictKind
{
    /// <summary>Not all of it is here; nothing was decided or changed.</summary>
    Incomplete,

    /// <summary>The bytes in place are now ours and safe: give them to the kernel.</summary>
    Forward,

    /// <summary>The kernel doesn't wait for it: drop it.</summary>
    Swallow,

    /// <summary>It does not say all that the kernel must be told: drop it and give the kernel the substitute, which is longer.</summary>
    Replace,
}
