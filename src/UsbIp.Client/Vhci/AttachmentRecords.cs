using System.Globalization;
using System.Runtime.Versioning;

namespace UsbIp.Client.Vhci;

/// <summary>Where the device on a port comes from, as the stock tools keep it.</summary>
public sealed record AttachmentRecord(string Host, string TcpPort, string RemoteBusId)
{
    /// <summary>The line of the state file, without its line feed.</summary>
    public string ToLine() => $"{Host} {TcpPort} {RemoteBusId}";

    /// <summary>Null if it is no such line.</summary>
    public static AttachmentRecord? Parse(string line) =>
        line.Split(' ') is [{ Length: > 0 } host, { Length: > 0 } tcpPort, { Length: > 0 } busId] && !line.Any(char.IsControl)
            ? new AttachmentRecord(host, tcpPort, busId)
            : null;
}

/// <summary>
/// The state files of the stock tools, one per attached port: <c>/var/run/vhci_hcd/port0</c> holds <c>HOST TCP-PORT BUSID</c> and a
/// line feed (kernel: tools/usb/usbip/src/usbip_attach.c, record_connection). Both tools thus show each other's attachments.
/// </summary>
public sealed class AttachmentRecords(string directory = AttachmentRecords.DefaultDirectory)
{
    public const string DefaultDirectory = "/var/run/vhci_hcd";

    /// <summary>The stock tools read lines of up to 99 characters.</summary>
    public const int MaxLine = 99;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Where the files are.</summary>
    public string Directory { get; } = directory;

    /// <summary>Every file there, whatever it is.</summary>
    public IReadOnlyList<string> Files()
    {
        try
        {
            return [.. System.IO.Directory.EnumerateFiles(Directory)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // nothing was ever attached, or it was not by this user
        }
    }

    /// <summary>Null if there is no record of that port, or none that makes sense.</summary>
    public AttachmentRecord? Read(int port)
    {
        try
        {
            using var reader = new StreamReader(PathOf(port));
            Span<char> text = stackalloc char[MaxLine + 1];
            var length = reader.ReadBlock(text);
            return AttachmentRecord.Parse(new string(text[..length]).TrimEnd('\n'));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <returns>A token for <see cref="Remove"/>.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write it.</exception>
    [UnsupportedOSPlatform("windows")]
    public DateTime Write(int port, AttachmentRecord record)
    {
        MakeDirectory();
        var path = PathOf(port);
        var fresh = path + ".new";
        File.WriteAllText(fresh, record.ToLine() + "\n");
        File.SetUnixFileMode(fresh, OwnerOnly);
        var written = File.GetLastWriteTimeUtc(fresh);
        File.Move(fresh, path, overwrite: true);
        return written;
    }

    /// <summary>Makes the directory if need be.</summary>
    [UnsupportedOSPlatform("windows")]
    public void MakeDirectory() => System.IO.Directory.CreateDirectory(Directory, OwnerOnly);

    /// <summary>Whether there is a state file of that port.</summary>
    public bool Has(int port) => File.Exists(PathOf(port));

    /// <summary>The token of a record that somebody wrote, for <see cref="Remove"/>; of one that does not exist it fits none.</summary>
    public DateTime Find(int port)
    {
        try
        {
            return File.GetLastWriteTimeUtc(PathOf(port));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return default; // not this user's to remove either
        }
    }

    /// <summary>Removes the record of a port that is no longer attached.</summary>
    /// <param name="port">The port's number.</param>
    /// <param name="written">What <see cref="Write"/> or <see cref="Find"/> returned: a record that somebody else wrote since then stays.</param>
    public void Remove(int port, DateTime written)
    {
        try
        {
            var path = PathOf(port);
            if (File.GetLastWriteTimeUtc(path) == written)
            {
                File.Delete(path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A leftover is harmless: records of free ports are never shown, and the next attach overwrites it.
        }
    }

    private string PathOf(int port) => Path.Combine(Directory, string.Create(CultureInfo.InvariantCulture, $"port{port}"));
}
