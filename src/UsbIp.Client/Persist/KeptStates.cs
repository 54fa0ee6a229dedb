using System.Text.Json;
using UsbIp.Client.Interop;
using UsbIp.Client.Vhci;
using UsbIp.Protocol;

namespace UsbIp.Client.Persist;

/// <summary>
/// What living processes keep attached, as their state files say (<see cref="KeptFile"/>). Those of the service are its user's, so they are read as what a
/// stranger wrote.
/// </summary>
internal static class KeptStates
{
    private const int MaxFiles = 256;
    private const int MaxSize = 64 << 10;

    /// <summary>This user's own first, each in the order of the processes' numbers.</summary>
    /// <param name="records">Beside whose files those of this user's own processes are.</param>
    /// <param name="service">Where those of the service are.</param>
    public static IReadOnlyList<KeptState> Read(AttachmentRecords records, string service = KeptFile.ServiceDirectory)
    {
        var own = ReadDirectory(records.Directory, owner: null);
        var others = Directory.Exists(service) && UserNames.Find(KeptFile.ServiceUser) is { } user ? ReadDirectory(service, user) : [];
        return [.. own.Concat(others).OrderBy(state => state.Owner is not null).ThenBy(state => state.ProcessId)];
    }

    /// <summary>Whether a process lives that has made this lock.</summary>
    public static bool IsHeld(string path, uint? owner = null)
    {
        using var held = UntrustedFile.Open(path, owner);
        return held is not null && UntrustedFile.IsLocked(held);
    }

    /// <param name="directory">Where the files are.</param>
    /// <param name="owner">Whose the files and the processes have to be; null where nobody but this user can write there.</param>
    internal static IReadOnlyList<KeptState> ReadDirectory(string directory, uint? owner)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(directory, KeptFile.Pattern).Take(MaxFiles)
                    .Where(path => IsHeld(path + KeptFile.LockEnding, owner))
                    .Select(path => ReadFile(path, owner))
                    .OfType<KeptState>(),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // nothing was ever attached, or it is not this user's to read
        }
    }

    private static KeptState? ReadFile(string path, uint? owner)
    {
        try
        {
            using var file = UntrustedFile.Open(path, owner);
            var text = file is null ? null : UntrustedFile.Read(file, MaxSize);
            return text is not null && JsonSerializer.Deserialize(text, KeptJson.Default.KeptState) is { Host: not null, Device: not null } state
                ? Vetted(state, owner)
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // ended meanwhile, or none of ours
        }
    }

    /// <summary>Null if the state names a process that is not its owner's.</summary>
    private static KeptState? Vetted(KeptState state, uint? owner)
    {
        using var process = owner is null ? null : RunningProcess.Open(state.ProcessId);
        return owner is { } user && process?.IsOf(user) != true
            ? null
            : state with
            {
                Owner = owner,
                Host = PrintableText.Of(state.Host),
                Device = PrintableText.Of(state.Device),
                RemoteBusId = state.RemoteBusId is { } busId ? PrintableText.Of(busId) : null,
                WaitsFor = state.WaitsFor is { } reason ? PrintableText.Of(reason) : null,
            };
    }
}
