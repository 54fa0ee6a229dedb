using Microsoft.Win32.SafeHandles;

namespace UsbIp.Devices.Virtual.Storage;

/// <summary>
/// A disk image file. Each write of the host goes to the file at once (so it survives the end of this process), and to the medium under
/// it when the host flushes, with each write if <c>sync</c> is asked for. While it is open for writing, nobody
/// who asks for locks opens it.
/// </summary>
public sealed class FileDiskImage : DiskImage
{
    private readonly SafeFileHandle _file;

    /// <param name="path">An existing file of at least one block; what is beyond whole blocks is not shown.</param>
    /// <param name="isReadOnly">The host may not write.</param>
    /// <param name="isSynchronous">Each write waits for the medium.</param>
    /// <exception cref="UsbException">There is no such file, or it may not be opened, or it is too small.</exception>
    public FileDiskImage(string path, bool isReadOnly = false, bool isSynchronous = false)
    {
        IsReadOnly = isReadOnly;
        _file = Open(path, isReadOnly, isSynchronous);
        Length = RandomAccess.GetLength(_file) / BlockSize * BlockSize;
        if (Length == 0)
        {
            var length = RandomAccess.GetLength(_file);
            _file.Dispose();
            throw new UsbException(
                UsbFailure.Other,
                $"The disk image {path} has {length} bytes; a disk has at least one block of {BlockSize}.",
                $"Make one, for example with: truncate -s 64M {path}");
        }
    }

    public override long Length { get; }

    public override bool IsReadOnly { get; }

    public override bool IsPersistent => !IsReadOnly;

    public override void Read(long offset, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = RandomAccess.Read(_file, bytes, offset);
            if (count == 0)
            {
                throw new EndOfStreamException($"The disk image ends at {offset}: it was cut while it was in use.");
            }

            offset += count;
            bytes = bytes[count..];
        }
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file, bytes, offset);

    public override void Flush() => RandomAccess.FlushToDisk(_file);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private static SafeFileHandle Open(string path, bool isReadOnly, bool isSynchronous)
    {
        try
        {
            return File.OpenHandle(
                path,
                FileMode.Open,
                isReadOnly ? FileAccess.Read : FileAccess.ReadWrite,
                isReadOnly ? FileShare.Read : FileShare.None, // elsewhere than Windows: a shared or an exclusive advisory lock
                FileOptions.RandomAccess | (isSynchronous ? FileOptions.WriteThrough : FileOptions.None));
        }
        catch (Exception refused) when (refused is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsbException(
                UsbFailure.NotFound, $"There is no disk image {path}.", $"Make one, for example with: truncate -s 64M {path}");
        }
        catch (UnauthorizedAccessException)
        {
            throw new UsbException(
                UsbFailure.AccessDenied,
                $"The disk image {path} is a directory, or this user may not {(isReadOnly ? "read" : "write")} it.",
                "Give another file, or add ',ro' if it may only be read.");
        }
        catch (IOException refused)
        {
            throw new UsbException(UsbFailure.Busy, $"The disk image {path} cannot be opened: {refused.Message}", "See what else has it open: fuser -v FILE");
        }
    }
}
