using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using UsbIp.Protocol;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// What this process has claimed, written down before kernel drivers are detached: "+ BUSID DEVNUM INTERFACE" when claimed, "-" when given
/// back. Each line is one write, so that a killed process leaves at most a torn last line. The file is locked while its process lives;
/// <see cref="ClaimRecovery"/> reads those whose process is gone. A line that cannot be written costs a line in the log and no more: serving
/// matters more than tidying up after a kill. Safe for use by several threads.
/// </summary>
internal sealed class ClaimsFile : IDisposable
{
    public const string Pattern = "claims-*";

    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly ILogger _logger;
    private int _count;

    /// <summary>Creates the file, and the directory if need be.</summary>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public ClaimsFile(string directory, ILogger logger)
    {
        _file = Create(directory);
        _logger = logger;
    }

    /// <summary>Takes over a file that is open and locked.</summary>
    internal ClaimsFile(FileStream file, ILogger logger) => (_file, _logger) = (file, logger);

    public void Add(ClaimedInterface claim) => Append('+', claim, 1);

    public void Remove(ClaimedInterface claim) => Append('-', claim, -1);

    /// <summary>Deletes the file if nothing is claimed any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_count == 0)
            {
                File.Delete(_file.Name);
            }

            _file.Dispose();
        }
    }

    /// <summary>What was claimed and not given back, by the lines of such a file. Lines that do not read are left out.</summary>
    internal static IReadOnlyCollection<ClaimedInterface> Parse(string content)
    {
        var claims = new HashSet<ClaimedInterface>();
        foreach (var line in content.Split('\n'))
        {
            if (TryParseLine(line, out var isClaimed, out var claim))
            {
                _ = isClaimed ? claims.Add(claim) : claims.Remove(claim);
            }
        }

        return claims;
    }

    /// <summary>A whole line of such a file; false for one that is none.</summary>
    internal static bool TryParseLine(string line, out bool isClaimed, out ClaimedInterface claim)
    {
        if (line.Split(' ') is ["+" or "-", var name, var device, var number]
            && BusId.TryParse(name, out var busId)
            && uint.TryParse(device, NumberStyles.None, CultureInfo.InvariantCulture, out var deviceNumber)
            && byte.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var interfaceNumber))
        {
            (isClaimed, claim) = (line[0] == '+', new ClaimedInterface(busId, deviceNumber, interfaceNumber));
            return true;
        }

        (isClaimed, claim) = (false, default);
        return false;
    }

    private static FileStream Create(string directory)
    {
        Directory.CreateDirectory(directory);
        var name = string.Create(CultureInfo.InvariantCulture, $"claims-{Environment.ProcessId}-{Guid.NewGuid():N}");

        // FileShare.None takes a lock (flock) that the kernel drops with the process.
        return new FileStream(Path.Combine(directory, name), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
    }

    private void Append(char sign, ClaimedInterface claim, int change)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{sign} {claim.BusId} {claim.DeviceNumber} {claim.Interface}\n");
        lock (_gate)
        {
            _count += change;
            try
            {
                if (_count == 0)
                {
                    _file.SetLength(0); // nothing is out: the file starts anew instead of growing for ever
                    return;
                }

                _file.Write(Encoding.ASCII.GetBytes(line));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.ClaimsNotNoted(_logger, exception.Message);
            }
        }
    }
}

/// <summary>One interface of one plugging-in of a device.</summary>
internal readonly record struct ClaimedInterface(BusId BusId, uint DeviceNumber, byte Interface);
