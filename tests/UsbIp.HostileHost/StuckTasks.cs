using System.Diagnostics;

namespace UsbIp.HostileHost;

/// <summary>
/// Looks every second for tasks that hang in the kernel: in state D all the time without having been switched to once, which is what the
/// kernel's own detector calls hung (kernel/hung_task.c), but sooner.
/// </summary>
internal sealed class StuckTasks : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(12);

    private readonly Action<string> _report;
    private readonly Timer _timer;
    private Dictionary<string, (string Switches, long Since)> _waiting = [];

    /// <param name="report">Called with each task that is stuck.</param>
    public StuckTasks(Action<string> report)
    {
        _report = report;
        _timer = new Timer(_ => Look());
        _timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var waiting = new Dictionary<string, (string Switches, long Since)>();
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task").Concat(Directory.EnumerateDirectories("/proc", "?*").Where(IsProcess)))
        {
            if (!IsUninterruptible(task, out var name))
            {
                continue;
            }

            var switches = Read(Path.Combine(task, "status")).Split('\n').FirstOrDefault(line => line.StartsWith("voluntary", StringComparison.Ordinal), "");
            var since = _waiting.TryGetValue(task, out var before) && before.Switches == switches ? before.Since : Stopwatch.GetTimestamp();
            if (since != long.MaxValue && Stopwatch.GetElapsedTime(since) > Limit)
            {
                _report($"{name} ({task}) is stuck in D state for {Limit.TotalSeconds:0} s: {Read(Path.Combine(task, "stack")).ReplaceLineEndings(" ")}");
                since = long.MaxValue; // once is enough
            }

            waiting[task] = (switches, since);
        }

        _waiting = waiting;
        _timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
    }

    private static bool IsProcess(string path) => char.IsAsciiDigit(path["/proc/".Length]);

    private static bool IsUninterruptible(string task, out string name)
    {
        // 123 (name) S ...
        var stat = Read(Path.Combine(task, "stat"));
        var end = stat.LastIndexOf(')');
        name = end < 0 ? "" : stat[..(end + 1)];
        return end >= 0 && stat.AsSpan(end + 1).StartsWith(" D");
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ""; // it has ended meanwhile
        }
    }
}
