using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using UsbIp.Client.Vhci;

namespace UsbIp.Client.Persist;

/// <summary>
/// The state file of a process that keeps a device attached, beside those of the stock tools. It is locked while the process lives, so that
/// what a killed one left is told from what is true.
/// </summary>
internal sealed class KeptFile : IDisposable
{
    private const string Pattern = "kept-*";

    /// <summary>A reader may come between the two halves of a change; it looks again.</summary>
    private const int Looks = 3;

    private readonly FileStream _file;

    private KeptFile(FileStream file) => _file = file;

    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write it.</exception>
    [SuppressMessage("Interoperability", "CA1416", Justification = "There is a vhci_hcd, so this is Linux.")]
    public static KeptFile Create(AttachmentRecords records)
    {
        records.MakeDirectory();
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None, // flock(2): the kernel lets go of it when the process dies, however it dies
            BufferSize = 0,
        };
        return new KeptFile(new FileStream(Path.Combine(records.Directory, $"kept-{Environment.ProcessId}-{Guid.NewGuid():N}"), options));
    }

    /// <summary>What living processes keep, in the order of their numbers.</summary>
    public static IReadOnlyList<KeptState> ReadAll(AttachmentRecords records)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(records.Directory, Pattern)
                    .Where(IsHeld)
                    .Select(Read)
                    .OfType<KeptState>()
                    .OrderBy(state => state.ProcessId),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // nothing was ever attached, or it is not this user's to read
        }
    }

    public void Write(KeptState state)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(state, KeptJson.Default.KeptState);
        _file.Position = 0;
        _file.Write(bytes);
        _file.SetLength(bytes.Length);
    }

    public void Dispose()
    {
        File.Delete(_file.Name); // before the lock is let go
        _file.Dispose();
    }

    private static bool IsHeld(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false; // its process was killed
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return File.Exists(path);
        }
    }

    private static KeptState? Read(string path)
    {
        for (var look = 0; look < Looks; look++)
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                return JsonSerializer.Deserialize(file, KeptJson.Default.KeptState);
            }
            catch (JsonException)
            {
                // Half changed: once more.
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return null; // ended meanwhile
            }
        }

        return null;
    }
}
