using System.Threading.Channels;

namespace UsbIp.Host.Service;

/// <summary>
/// Lets a watchdog see that a loop goes round. Whoever asks waits until the loop has come back to the place where it waits for work: a loop
/// that is stuck in its work never gets there. Ask from any thread; one loop answers.
/// </summary>
public sealed class LoopPulse
{
    private readonly Channel<TaskCompletionSource> _asked = Channel.CreateUnbounded<TaskCompletionSource>();
    private Task<bool>? _nextQuestion;

    /// <summary>Completes when the loop has come round.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="patience"/> was over before.</exception>
    public Task PassAsync(CancellationToken patience)
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Writer.TryWrite(passed);
        return passed.Task.WaitAsync(patience);
    }

    /// <summary>For a loop that is a thread of its own: here I am. Costs next to nothing when nobody has asked.</summary>
    public void Answer()
    {
        while (_asked.Reader.TryRead(out var passed))
        {
            passed.TrySetResult();
        }
    }

    /// <summary>For an asynchronous loop: waits for its next piece of work, and answers before and while it waits, also where work never ends.</summary>
    public async Task<T> AwaitAsync<T>(Task<T> work)
    {
        Answer();
        while (!work.IsCompleted)
        {
            _nextQuestion ??= _asked.Reader.WaitToReadAsync().AsTask(); // one that outlives this wait serves the next
            if (await Task.WhenAny(work, _nextQuestion) == _nextQuestion)
            {
                _nextQuestion = null;
                Answer();
            }
        }

        return await work;
    }
}
