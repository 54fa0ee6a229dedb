using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using UsbIp.Client.Commands;
using UsbIp.Client.Remote;
using UsbIp.Protocol;

namespace UsbIp.HostileHost;

/// <summary>
/// Attaches devices of a host to this machine's kernel and detaches them, again and again, one bridge after another in one process: whatever a bridge left
/// behind, this process would have more of each time.
/// </summary>
/// <param name="host">An honest host.</param>
/// <param name="hostProcess">Its process, on this machine.</param>
/// <param name="devices">Attached in turn.</param>
/// <param name="logger">What the bridges say.</param>
internal sealed class Cycles(HostAddress host, int hostProcess, IReadOnlyList<BusId> devices, ILogger logger)
{
    /// <summary>Until pools are filled and code is compiled.</summary>
    private const int WarmUp = 20;

    private const int FilesThatBreathe = 2;
    private const int ThreadsThatBreathe = 4; // the thread pool's
    private const int KibibytesPerCycle = 40;

    /// <summary>Everything is slower on an emulated machine.</summary>
    private const double Patience = 3;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ClientSettings _settings = new() { Patience = Patience };

    /// <summary>Prints its verdicts as a scenario's. Memory counts from the middle on: both processes find their size in the first half.</summary>
    public void Run(int count)
    {
        Attach(WarmUp);
        Holdings[] before = [Holdings.OfThisProcess(), Holdings.Of(hostProcess)];
        var watch = Stopwatch.StartNew();
        Attach(count / 2);
        Holdings[] middle = [Holdings.OfThisProcess(), Holdings.Of(hostProcess)];
        Attach(count - (count / 2));
        Holdings[] after = [Holdings.OfThisProcess(), Holdings.Of(hostProcess)];
        Console.WriteLine($"ok {count} times attach, usbtest has it, detach, in one process");
        Console.WriteLine($"note {watch.ElapsedMilliseconds / count} ms each");
        foreach (var (index, name) in new[] { "the bridges' process", "usbip-host" }.Index())
        {
            Console.WriteLine($"note {name} before, in the middle, after: {before[index]}; {middle[index]}; {after[index]}");
            Say(after[index].Files <= before[index].Files + FilesThatBreathe, $"{name} holds no more files");
            Say(after[index].Threads <= before[index].Threads + ThreadsThatBreathe, $"{name} has no more threads");
            Say(after[index].Kibibytes <= middle[index].Kibibytes + (KibibytesPerCycle * count / 2), $"{name} takes no more memory");
        }
    }

    private static void Say(bool isGood, string text) => Console.WriteLine($"{(isGood ? "ok" : "FAIL")} {text}");

    private void Attach(int count)
    {
        for (var turn = 0; turn < count; turn++)
        {
            using var limit = new CancellationTokenSource(Limit);
            using var attachment = Attachment.Open(_settings, host, devices[turn % devices.Count], logger, readAhead: true, limit.Token);
            var device = attachment.WaitUntilUsable(limit.Token);
            WaitForDriver(device.BusId, limit.Token);
        }
    }

    private static void WaitForDriver(string localBusId, CancellationToken limit)
    {
        while (!Directory.Exists($"/sys/bus/usb/drivers/usbtest/{localBusId}:1.0") && !Directory.Exists($"/sys/bus/usb/drivers/usbtest/{localBusId}:3.0"))
        {
            limit.ThrowIfCancellationRequested();
            limit.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20)); // sysfs does not tell
        }
    }

    /// <summary>What a process holds of what there is only so much of.</summary>
    private sealed record Holdings(int Files, int Threads, long Kibibytes)
    {
        public static Holdings OfThisProcess()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            return Of(Environment.ProcessId);
        }

        public static Holdings Of(int process)
        {
            var resident = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return new Holdings(
                Directory.GetFileSystemEntries($"/proc/{process}/fd").Length,
                Directory.GetDirectories($"/proc/{process}/task").Length,
                long.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture));
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Files} files, {Threads} threads, {Kibibytes} KiB");
    }
}
