namespace UsbIp.Host.Tests;

/// <summary>Loops of a daemon, none of which goes on without the others.</summary>
public sealed class LoopsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task They_run_until_they_are_stopped()
    {
        using var stop = new CancellationTokenSource();
        var ended = 0;

        var running = Loops.RunAsync([UntilStopped, UntilStopped], stop.Token);

        running.IsCompleted.Should().BeFalse();
        await stop.CancelAsync();
        await running.WaitAsync(Patience);
        ended.Should().Be(2);

        async Task UntilStopped(CancellationToken token)
        {
            await token.WhenCancelled();
            ended++;
        }
    }

    [Fact]
    public async Task One_that_fails_takes_the_others_with_it_and_its_failure_is_told()
    {
        var failing = new TaskCompletionSource();
        var isEnded = false;
        var running = Loops.RunAsync(
            [
                async token =>
                {
                    await token.WhenCancelled();
                    isEnded = true;
                },
                _ => failing.Task,
            ],
            CancellationToken.None);

        failing.SetException(new IOException("the uevents are gone"));

        (await running.Invoking(run => run.WaitAsync(Patience)).Should().ThrowAsync<IOException>()).WithMessage("the uevents are gone");
        isEnded.Should().BeTrue();
    }
}

/// <summary>Waiting for a token.</summary>
internal static class CancellationTokenExtensions
{
    public static async Task WhenCancelled(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(cancelled.SetResult);
        await cancelled.Task;
    }
}
