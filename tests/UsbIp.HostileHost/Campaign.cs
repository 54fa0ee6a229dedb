using System.Collections.Concurrent;

namespace UsbIp.HostileHost;

/// <summary>Has attackers try every attack, several at a time, and says what came of it in the lines that tests/vm/lib.sh reads.</summary>
internal sealed class Campaign(HostileServer server, IReadOnlyList<Attacker> attackers)
{
    /// <summary>What the acceptance asks for.</summary>
    private const int LeastRandomReplies = 2000;

    private readonly ConcurrentDictionary<string, string> _problems = new();
    private readonly ConcurrentBag<string> _stuck = [];

    public void Run(IReadOnlyList<AttackGroup> groups)
    {
        var waiting = new ConcurrentQueue<(string BusId, Outcome Expected)>(groups.SelectMany(group => group.BusIds.Select(busId => (busId, group.Expected))));
        using (new StuckTasks(Stuck))
        {
            var threads = attackers.Select(attacker => new Thread(() => Work(attacker, waiting))).ToArray();
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
        }

        foreach (var group in groups)
        {
            Report(group);
        }

        Say(_stuck.IsEmpty, "no task is stuck in the kernel", _stuck);
        var tried = groups.SelectMany(group => group.BusIds).Distinct().ToArray();
        if (tried.Where(busId => busId.StartsWith(Attack.Seed, StringComparison.Ordinal)).ToArray() is { Length: > 0 } seeds)
        {
            var damaged = seeds.Sum(server.WrongReplies);
            Say(damaged >= LeastRandomReplies, $"{damaged} replies were damaged at random, of at least {LeastRandomReplies}", []);
        }

        Console.WriteLine($"note {groups.Sum(group => group.BusIds.Count)} attacks, {tried.Sum(server.WrongReplies)} wrong replies");
    }

    private void Work(Attacker attacker, ConcurrentQueue<(string BusId, Outcome Expected)> waiting)
    {
        while (waiting.TryDequeue(out var attack))
        {
            if (attacker.Try(attack.BusId, attack.Expected) is { } problem)
            {
                _problems[attack.BusId] = problem;
            }
        }
    }

    private void Stuck(string task) => _stuck.Add($"{task} during {string.Join(", ", attackers.Select(attacker => attacker.Current))}");

    private void Report(AttackGroup group)
    {
        var problems = group.BusIds.Distinct().Where(_problems.ContainsKey).Select(busId => $"{busId}: {_problems[busId]}").ToArray();
        Say(problems.Length == 0, $"{group.Name} ({group.BusIds.Count})", problems);
    }

    private static void Say(bool isGood, string text, IEnumerable<string> problems) =>
        Console.WriteLine(isGood ? $"ok {text}" : $"FAIL {text}: {string.Join("; ", problems)}");
}
