namespace UsbIp.Devices.Virtual.Storage;

/// <summary>A disk in memory, taken in chunks as they are written: what holds only zeros costs nothing.</summary>
public sealed class MemoryDiskImage : DiskImage
{
    /// <summary>The largest disk, so that the table of its chunks stays small.</summary>
    public const long MaxLength = 1L << 40;

    private const int ChunkSize = 1 << 20;

    private readonly byte[]?[] _chunks;

    /// <param name="length">Bytes, a multiple of the block size, at least one block.</param>
    public MemoryDiskImage(long length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, BlockSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(length % BlockSize, 0);
        Length = length;
        _chunks = new byte[]?[(length + ChunkSize - 1) / ChunkSize];
    }

    public override long Length { get; }

    public override bool IsPersistent => false;

    public override void Read(long offset, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var within = (int)(offset % ChunkSize);
            var count = Math.Min(bytes.Length, ChunkSize - within);
            if (_chunks[offset / ChunkSize] is { } chunk)
            {
                chunk.AsSpan(within, count).CopyTo(bytes);
            }
            else
            {
                bytes[..count].Clear();
            }

            offset += count;
            bytes = bytes[count..];
        }
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var within = (int)(offset % ChunkSize);
            var count = Math.Min(bytes.Length, ChunkSize - within);
            ref var chunk = ref _chunks[offset / ChunkSize];
            if (chunk is not null || bytes[..count].ContainsAnyExcept((byte)0))
            {
                chunk ??= NewChunk();
                bytes[..count].CopyTo(chunk.AsSpan(within));
            }

            offset += count;
            bytes = bytes[count..];
        }
    }

    public override void Flush()
    {
        // Memory is as safe as it gets.
    }

    private static byte[] NewChunk()
    {
        try
        {
            return new byte[ChunkSize];
        }
        catch (OutOfMemoryException full)
        {
            throw new IOException("There is no memory left for the disk.", full);
        }
    }
}
