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
    /// <summary>Where the bridges of the service, which are not root's, put theirs: the unit's RuntimeDirectory.</summary>
    public const string ServiceDirectory = "/run/usbip-client";

    /// <summary>As whom they run.</summary>
    public const string ServiceUser = "usbip-client";

    public const string Pattern = "kept-*.json";
    public const string LockEnding = ".lock";

    private readonly string _path;
    private readonly FileStream _lock;

    private KeptFile(string path, FileStream held) => (_path, _lock) = (path, held);

    /// <exception cref="IOException">The files cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write them.</exception>
    [SuppressMessage("Interoperability", "CA1416", Justification = "There is a vhci_hcd, so this is Linux.")]
    [SuppressMessage("Reliability", "CA2000", Justification = "The state file owns its lock.")]
    public static KeptFile Create(AttachmentRecords records)
    {
        var directory = OwnDirectory(records);
        RemoveLeftovers(directory);
        var path = Path.Combine(directory, $"kept-{Environment.ProcessId}-{Guid.NewGuid():N}.json");

        // FileShare.None is flock(2): the kernel lets go of it when the process dies, however it dies.
        return new KeptFile(path, new FileStream(path + LockEnding, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
    }

    /// <summary>What killed processes have left. The lock goes last: while it is there, the next one to come tries again.</summary>
    private static void RemoveLeftovers(string directory)
    {
        foreach (var held in Directory.EnumerateFiles(directory, Pattern + LockEnding).Where(path => !KeptStates.IsHeld(path)))
        {
            var path = held[..^LockEnding.Length];
            File.Delete(path);
            File.Delete(path + ".new");
            File.Delete(held);
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

    [SuppressMessage("Interoperability", "CA1416", Justification = "There is a vhci_hcd, so this is Linux.")]
    private static string OwnDirectory(AttachmentRecords records)
    {
        if (!Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") == ServiceDirectory)
        {
            return ServiceDirectory;
        }

        records.MakeDirectory();
        return records.Directory;
    }
}
