namespace UsbIp.Devices.Virtual.Storage;

/// <summary>What a virtual disk keeps its blocks in. Offsets and lengths lie within <see cref="Length"/>: the disk checks them.</summary>
public abstract class DiskImage : IDisposable
{
    /// <summary>Bytes of one block: what every host understands.</summary>
    public const int BlockSize = 512;

    /// <summary>Bytes; whole blocks.</summary>
    public abstract long Length { get; }

    public virtual bool IsReadOnly => false;

    /// <summary>Whether <see cref="Flush"/> waits for something: then it runs beside the transfers.</summary>
    public abstract bool IsPersistent { get; }

    public long BlockCount => Length / BlockSize;

    /// <exception cref="IOException">The blocks cannot be read: the host sees a medium error.</exception>
    public abstract void Read(long offset, Span<byte> bytes);

    /// <exception cref="IOException">The blocks cannot be written: the host sees a medium error.</exception>
    public abstract void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Returns when all that was written would survive a power failure.</summary>
    /// <exception cref="IOException">It would not.</exception>
    public abstract void Flush();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
