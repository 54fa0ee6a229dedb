using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace UsbIp.Client.Commands;

/// <summary>Turns Ctrl+C, SIGTERM and a hang-up into a token, so that what was begun is undone in order.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private bool _isDisposed;

    [SuppressMessage("Reliability", "CA2000", Justification = "Dispose ends all three.")]
    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop),
    ];

    public CancellationToken Token => _source.Token;

    /// <summary>Acts as a signal would; from any thread, also when nobody listens any more.</summary>
    public void Cancel()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _source.Cancel();
            }
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        lock (_gate)
        {
            _isDisposed = true;
            _source.Dispose();
        }
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true; // the program ends by itself, after undoing
        Cancel();
    }
}
