using System.Globalization;

namespace UsbIp.Host.Doctor;

/// <summary>A TCP socket that listens.</summary>
/// <param name="IsLocal">Whether it takes connections of this machine only.</param>
/// <param name="Inode">Its number, by which the process that has it can be found.</param>
internal sealed record ListeningSocket(bool IsLocal, string Inode);

/// <summary>
/// Who listens on a TCP port (kernel: net/ipv4/tcp_ipv4.c, get_tcp4_sock: "sl local_address rem_address st ... inode", the address as
/// hexadecimal words of the machine's byte order).
/// </summary>
internal static class ListeningSockets
{
    private const int AddressColumn = 1;
    private const int StateColumn = 3;
    private const int InodeColumn = 9;
    private const string Listening = "0A";

    private static readonly string[] Tables = ["tcp", "tcp6"];

    public static IReadOnlyList<ListeningSocket> Find(string procRoot, int port) =>
    [
        .. from file in Tables
           from line in Lines(Path.Combine(procRoot, "net", file))
           let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           where columns.Length > InodeColumn && columns[StateColumn] == Listening
           let address = columns[AddressColumn].Split(':')
           where address.Length == 2
               && int.TryParse(address[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number == port
           select new ListeningSocket(IsLoopback(address[0]), columns[InodeColumn]),
    ];

    /// <summary>127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104, as a little-endian machine writes them.</summary>
    private static bool IsLoopback(string address) =>
        address.EndsWith("7F", StringComparison.Ordinal) && address.Length == 8
        || address == "00000000000000000000000001000000"
        || address.StartsWith("0000000000000000FFFF0000", StringComparison.Ordinal) && address.EndsWith("7F", StringComparison.Ordinal);

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // a kernel without IPv6, say
        }
    }
}
