using System.Text;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Control;

/// <summary>A command that goes on printing until it is stopped.</summary>
public sealed class FollowedCommand : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly LineWriter _output = new();
    private readonly Task<CommandResult> _run;
    private int _read;

    internal FollowedCommand(Func<TextWriter, CancellationToken, Task<CommandResult>> run) => _run = Task.Run(() => run(_output, _stop.Token));

    /// <summary>The next line that the command prints.</summary>
    public string NextLine()
    {
        Eventually.Holds(() => _run.IsCompleted || _output.Count > _read, "another line of the command");
        return _output.Count > _read ? _output[_read++] : throw new InvalidOperationException($"The command ended: {_run.Result}");
    }

    /// <summary>Ends the command as Ctrl+C does.</summary>
    public async Task<CommandResult> StopAsync()
    {
        await _stop.CancelAsync();
        return await _run.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>How the command ends by itself.</summary>
    public Task<CommandResult> EndAsync() => _run.WaitAsync(TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        await _output.DisposeAsync();
    }

    private sealed class LineWriter : TextWriter
    {
        private readonly Lock _gate = new();
        private readonly List<string> _lines = [];

        public override Encoding Encoding => Encoding.UTF8;

        public int Count
        {
            get
            {
                lock (_gate)
                {
                    return _lines.Count;
                }
            }
        }

        public string this[int index]
        {
            get
            {
                lock (_gate)
                {
                    return _lines[index];
                }
            }
        }

        public override void WriteLine(string? value)
        {
            lock (_gate)
            {
                _lines.Add(value ?? "");
            }
        }
    }
}
