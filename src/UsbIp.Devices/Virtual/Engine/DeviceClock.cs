using System.Diagnostics;

namespace UsbIp.Devices.Virtual.Engine;

/// <summary>
/// The one thread of a virtual device that completes what is due later: isochronous transfers, and interrupt transfers asked for faster than
/// their interval. Begins with the first such transfer and ends with the device. It wakes in milliseconds; deadlines are absolute, so that
/// waking late delays, but never slows a stream.
/// </summary>
internal sealed class DeviceClock(VirtualUsbDevice device)
{
    private readonly object _signal = new(); // a monitor, for its wait; taken last and held for nothing but the fields below
    private Thread? _thread;
    private long _target = long.MaxValue;
    private bool _stopped;

    /// <summary>Stopwatch ticks.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    public static long Microseconds(long count) => count * Stopwatch.Frequency / 1_000_000;

    /// <summary>Something is due then. Under the device's lock.</summary>
    public void WakeAt(long due)
    {
        lock (_signal)
        {
            if (due >= _target || _stopped)
            {
                return;
            }

            _target = due;
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = $"usb {device.Info.BusId}" };
                _thread.Start();
            }
            else
            {
                Monitor.Pulse(_signal);
            }
        }
    }

    /// <summary>The thread ends by itself, soon; it may be the caller.</summary>
    public void Stop()
    {
        lock (_signal)
        {
            _stopped = true;
            Monitor.Pulse(_signal);
        }
    }

    private void Run()
    {
        while (Wait())
        {
            device.Enter();
            device.Endpoints.MarkPaced();
            device.Exit(); // pumps the endpoints that are due, and sets the next target
        }
    }

    /// <summary>Until the target is reached; false: the device is closed.</summary>
    private bool Wait()
    {
        lock (_signal)
        {
            while (!_stopped)
            {
                var milliseconds = MillisecondsUntil(_target);
                if (milliseconds == 0)
                {
                    _target = long.MaxValue;
                    return true;
                }

                Monitor.Wait(_signal, milliseconds);
            }

            return false;
        }
    }

    private static int MillisecondsUntil(long target)
    {
        if (target == long.MaxValue)
        {
            return Timeout.Infinite;
        }

        var ticks = Math.Max(0, target - Now);
        var perMillisecond = Stopwatch.Frequency / 1000;
        return (int)Math.Min(60_000, (ticks + perMillisecond - 1) / perMillisecond);
    }
}
