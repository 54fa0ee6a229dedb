using System.Globalization;

namespace UsbIp.Client.Interop;

/// <summary>Whose a process is, by procfs (proc(5), status).</summary>
internal static class ProcessOwner
{
    private const string RealUser = "Uid:\t";

    /// <summary>The number of its real user; null if there is no such process.</summary>
    public static uint? Find(int process)
    {
        try
        {
            var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status"))
                .FirstOrDefault(line => line.StartsWith(RealUser, StringComparison.Ordinal));
            return uint.TryParse(line?[RealUser.Length..].Split('\t')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var user) ? user : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
