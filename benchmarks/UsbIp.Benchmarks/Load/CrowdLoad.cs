using System.Diagnostics;

namespace UsbIp.Benchmarks.Load;

/// <summary>
/// Many sessions that all work, driven by one thread: each has the workload's depth in flight, and is asked again when its turn comes and it has answered.
/// One that is answered late holds up the others, so the rate is what each of them gets, times their number.
/// </summary>
/// <param name="sessions">Those that take turns; not owned.</param>
internal sealed class CrowdLoad(IReadOnlyList<LoadGenerator> sessions) : ILoad
{
    public LoadResult Run(Workload workload, TimeSpan window)
    {
        var begin = Stopwatch.GetTimestamp();
        var end = begin + (long)(window.TotalSeconds * Stopwatch.Frequency);
        foreach (var session in sessions)
        {
            session.Begin(workload);
        }

        var urbs = (long)workload.Depth * sessions.Count;
        while (Stopwatch.GetTimestamp() < end)
        {
            foreach (var session in sessions)
            {
                session.Continue();
            }

            urbs += sessions.Count;
        }

        foreach (var session in sessions)
        {
            session.Finish();
        }

        return new LoadResult(urbs, Stopwatch.GetElapsedTime(begin), 0, 0);
    }
}
