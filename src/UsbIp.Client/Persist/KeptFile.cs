using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using UsbIp.Client.Vhci;

namespace UsbIp.Client.Persist;

/// <summary>
/// The state file of a process that keeps a device attached, beside those of the stock tools; and a second file, locked while the process lives,
/// so that what a killed one left is told from what is true.
/// </summary>
internal sealed class KeptFile : IDisposable
{
    private const string Pattern = "kept-*.json";
    private const string LockEnding = ".lock";

    private readonly string _path;
    private readonly FileStream _lock;

    private KeptFile(string path, FileStream held) => (_path, _lock) = (path, held);

    /// <exception cref="IOException">The files cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write them.</exception>
    [SuppressMessage("Interoperability", "CA1416", Justification = "There is a vhci_hcd, so this is Linux.")]
    [SuppressMessage("Reliability", "CA2000", Justification = "The state file owns its lock.")]
    public static KeptFile Create(AttachmentRecords records)
    {
        records.MakeDirectory();
        RemoveLeftovers(records);
        var path = Path.Combine(records.Directory, $"kept-{Environment.ProcessId}-{Guid.NewGuid():N}.json");

        // FileShare.None is flock(2): the kernel lets go of it when the process dies, however it dies.
        return new KeptFile(path, new FileStream(path + LockEnding, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
    }

    /// <summary>What killed processes have left. The lock goes last: while it is there, the next one to come tries again.</summary>
    private static void RemoveLeftovers(AttachmentRecords records)
    {
        foreach (var held in Directory.EnumerateFiles(records.Directory, Pattern + LockEnding).Where(path => !IsHeld(path)))
        {
            var path = held[..^LockEnding.Length];
            File.Delete(path);
            File.Delete(path + ".new");
            File.Delete(held);
        }
    }

    /// <summary>What living processes keep, in the order of their numbers.</summary>
    public static IReadOnlyList<KeptState> ReadAll(AttachmentRecords records)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(records.Directory, Pattern)
                    .Where(path => IsHeld(path + LockEnding))
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

    /// <exception cref="IOException">The disk is full.</exception>
    public void Write(KeptState state)
    {
        File.WriteAllBytes(_path + ".new", JsonSerializer.SerializeToUtf8Bytes(state, KeptJson.Default.KeptState));
        File.Move(_path + ".new", _path, overwrite: true); // readers see the old or the new
    }

    public void Dispose()
    {
        File.Delete(_path);
        File.Delete(_lock.Name);
        _lock.Dispose();
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
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), KeptJson.Default.KeptState);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // ended meanwhile, or none of ours
        }
    }
}
