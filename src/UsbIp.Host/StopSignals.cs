using System.Runtime.InteropServices;

namespace UsbIp.Host;

/// <summary>
/// Ctrl+C and SIGTERM, for the one command that must not just be ended by them: the daemon. The first signal asks it to end; a second one,
/// while that takes its time, is the system's again and ends the process at once.
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
        }

        return _stop.Token;
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }
}
