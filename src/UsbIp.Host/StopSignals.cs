using System.Globalization;
using System.Runtime.InteropServices;

namespace UsbIp.Host;

/// <summary>
/// Ctrl+C, SIGTERM and a terminal that closes, for the one command that must not just be ended by them: the daemon, which has devices to give
/// back. The first signal asks it to end; a second one, while that takes its time, is the system's again and ends the process at once. SIGHUP
/// ends it only when it tells of a terminal that closes; sent by somebody, it asks for the configuration to be read anew.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private bool _hadTerminal;
    private volatile Action? _reload;

    /// <summary>Heeds the signals from now on. Until then they end the process, as they end any.</summary>
    public CancellationToken Heed()
    {
        if (_registrations.Count == 0)
        {
            _hadTerminal = HasTerminal();
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
            if (!IsHangUpIgnored())
            {
                _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangUp));
            }
        }

        return _stop.Token;
    }

    /// <summary>Says what SIGHUP is to do, on some thread of the pool, until the result is disposed. Call after <see cref="Heed"/>.</summary>
    public IDisposable HeedReload(Action reload)
    {
        _reload = reload;
        return new Forgetting(this);
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

    /// <summary>Whether this process has a controlling terminal. The kernel takes it away before it tells of a terminal that closes (__tty_hangup).</summary>
    private static bool HasTerminal()
    {
        const int TerminalField = 4; // proc(5), stat: tty_nr, the fifth behind the name, which is in parentheses and may hold anything
        try
        {
            var stat = File.ReadAllText("/proc/self/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields.Length > TerminalField && fields[TerminalField] != "0";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void OnHangUp(PosixSignalContext signal)
    {
        if (_hadTerminal && !HasTerminal())
        {
            OnSignal(signal);
        }
        else
        {
            signal.Cancel = true;
            _reload?.Invoke();
        }
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }

    private sealed class Forgetting(StopSignals signals) : IDisposable
    {
        public void Dispose() => signals._reload = null;
    }
}
