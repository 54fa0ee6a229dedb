using UsbIp.Host.Interop;

namespace UsbIp.Host.Configuration;

/// <summary>
/// Writes a small file so that a reader, and a machine that loses power at any moment, finds the old content or the new one and never a part:
/// a new file beside it, synced, renamed over it, and the directory synced. What was wrong leaves the old file and nothing else.
/// </summary>
internal static class DurableFile
{
    private const UnixFileMode NewFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <param name="path">The file; a link is followed. Its directory is made if need be.</param>
    /// <param name="content">All of it.</param>
    /// <exception cref="IOException">The disk is full, the file system is read-only, or the like.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var file = new FileInfo(path);
        var target = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        var directory = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(directory);
        var aside = $"{target}.{Guid.NewGuid():N}.new";
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = File.Exists(target) ? File.GetUnixFileMode(target) : NewFileMode,
                BufferSize = 0,
            };
            using (var stream = new FileStream(aside, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, target, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }

        DirectorySync.Run(directory);
    }
}
