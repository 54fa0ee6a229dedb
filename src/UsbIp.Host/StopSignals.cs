using System.Globalization;
using System.Runtime.InteropServices;

namespace UsbIp.Host;

/// <summary>
/// Ctrl+C, SIGTERM and a terminal that closes, for the one command that must not just be ended by them: the daemon, which has devices to give
/// back. The first signal asks it to end; a second one, while that takes its time, is the system's again and ends the process at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Heeds the signals from now on. Until then they end the process, as they end any.</summary>
    public CancellationToken Heed()
    {
        if (_registrations.Count == 0)
        {
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
            if (!IsHangUpIgnored())
            {
                _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal));
            }
        }

        return _stop.Token;
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    /// <summary>Whether whoever started this process wants it to outlive its terminal, as nohup does.</summary>
    private static bool IsHangUpIgnored()
    {
        const string Field = "SigIgn:"; // proc(5), status: a mask in hexadecimal, bit 0 for signal 1, which is SIGHUP
        try
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
            return ulong.TryParse(line?[Field.Length..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask) && (mask & 1) != 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }
}
