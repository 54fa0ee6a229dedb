using System.Diagnostics;
using System.Globalization;

namespace UsbIp.Benchmarks.Processes;

/// <summary>A process that a scenario has started and looks at: its CPU time and its memory. Ends it when disposed.</summary>
internal sealed class MeasuredProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private MeasuredProcess(Process process) => _process = process;

    public TimeSpan CpuTime => ProcessClock.Read(_process.Id);

    /// <summary>VmRSS of /proc/PID/status, in KiB: what the process has in memory, shared files included.</summary>
    public long ResidentKib => ReadStatus("VmRSS:");

    /// <summary>The most that <see cref="ResidentKib"/> ever was.</summary>
    public long PeakResidentKib => ReadStatus("VmHWM:");

    public int Threads => (int)ReadStatus("Threads:");

    /// <summary>Starts a program; its standard output is the caller's to read from.</summary>
    public static MeasuredProcess Start(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardInput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.ErrorDataReceived += (_, _) => { }; // logs are read, so that nobody waits for a full pipe
        process.BeginErrorReadLine();
        return new MeasuredProcess(process);
    }

    /// <summary>Starts this program once more, as what <paramref name="arguments"/> say.</summary>
    public static MeasuredProcess StartSelf(params IEnumerable<string> arguments) => Start(Environment.ProcessPath!, arguments);

    /// <summary>The next line of the standard output.</summary>
    public string ReadLine() =>
        _process.StandardOutput.ReadLine() ?? throw new EndOfStreamException($"{_process.StartInfo.FileName} ended before it was ready.");

    /// <summary>Waits until its number of threads has not changed for that long: whatever lives on for a while has ended.</summary>
    public void WaitUntilSettled(TimeSpan quiet)
    {
        var (threads, since) = (Threads, Stopwatch.GetTimestamp());
        using var pause = new ManualResetEventSlim();
        while (Stopwatch.GetElapsedTime(since) < quiet)
        {
            pause.Wait(TimeSpan.FromMilliseconds(100)); // nothing tells another process of it
            if (Threads != threads)
            {
                (threads, since) = (Threads, Stopwatch.GetTimestamp());
            }
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit(Patience);
        _process.Dispose();
    }

    private long ReadStatus(string field)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        var number = line[field.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[0];
        return long.Parse(number, CultureInfo.InvariantCulture);
    }
}
