using System.Diagnostics.CodeAnalysis;

namespace UsbIp.Shared;

/// <summary>
/// Writes a small file so that a reader, and a machine that loses power at any moment, finds the old content or the new one and never a part:
/// a new file beside it, synced, renamed over it, and the directory synced. What was wrong leaves the old file and nothing else.
/// </summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "Both programs are for Linux.")]
internal static class DurableFile
{
    private const UnixFileMode NewFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <param name="path">
    /// The file; a link is followed, but not by root in another user's directory, who could make root write anywhere. Its directory is made if need be.
    /// Where root writes for another user, the file stays that user's.
    /// </param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">Who may do what with it; null: as with the file that was there, and a new one as the process's umask lets it.</param>
    /// <exception cref="IOException">The disk is full, the file system is read-only, or the like.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode = null)
    {
        var owner = OwnerForRoot(path);
        var target = TargetOf(path, mayFollow: owner is null);
        var directory = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(directory);
        var aside = $"{target}.{Guid.NewGuid():N}.new~"; // no name that anybody takes for a file of its kind
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
                if (mode is { } wanted)
                {
                    File.SetUnixFileMode(stream.SafeFileHandle, wanted);
                }

                if (owner is { } other)
                {
                    FileOwner.Give(stream.SafeFileHandle, other);
                }

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

    private static string TargetOf(string path, bool mayFollow)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not { } link)
        {
            return file.FullName;
        }

        return mayFollow
            ? file.ResolveLinkTarget(returnFinalTarget: true)!.FullName
            : throw new IOException($"{path} is a link to {link} in a directory that is not root's, and root follows none there. Put the file itself there.");
    }

    /// <summary>Whose the file is to be where root writes it into another user's directory; null everywhere else.</summary>
    private static (uint User, uint Group)? OwnerForRoot(string path) =>
        Environment.IsPrivilegedProcess && FileOwner.Of(Path.GetDirectoryName(Path.GetFullPath(path))!) is { User: not 0 } owner
            ? FileOwner.Of(path) ?? owner
            : null;
}
