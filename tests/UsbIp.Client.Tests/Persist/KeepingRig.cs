using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Commands;
using UsbIp.Client.Persist;
using UsbIp.Client.Remote;
using UsbIp.Client.Tests.Commands;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Persist;

/// <summary>Keeps a fake host's stick attached to a fake kernel, while a test unplugs it and moves the clock.</summary>
internal sealed class KeepingRig : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly BlockingCollection<(AttachmentView? View, KeptState? State)> _changes = [];
    private readonly BlockingCollection<RawHost> _sessions = [];
    private readonly CancellationTokenSource _stop = new();
    private Task<ExitCode>? _keeping;

    public CommandRig Machine { get; } = new();

    public ManualTime Time { get; } = new();

    /// <summary>How keeping ended.</summary>
    public Task<ExitCode> End => _keeping!.WaitAsync(Patience);

    public FakeHost Serve(int port = 0, bool isPlugged = true) =>
        FakeHost.Serving(isPlugged ? [SampleDevices.Stick] : [], Hold, port);

    public void Keep(HostAddress host) => _keeping = Task.Factory.StartNew(
        () => Attachment(host).Run(_stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public KeptAttachment Attachment(HostAddress host)
    {
        var request = new AttachRequest(host, DeviceSelector.Parse("2-1"), LogFile: null, Wait: true, ReadAhead: true, IsDebug: false) { Persist = true };
        return new KeptAttachment(Machine.Settings, request, NullLogger.Instance, Time, (view, state) => _changes.Add((view, state)));
    }

    /// <summary>The next change, moving the clock until it comes: by a tenth of a second at a time, or in larger steps over a long wait.</summary>
    public KeptState Next(double step = 0.1)
    {
        (AttachmentView? View, KeptState? State) change = default;
        Eventually.Holds(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(step));
                return _changes.TryTake(out change, TimeSpan.FromMilliseconds(1));
            },
            "the device to be attached or waited for");
        var state = change.State!;
        (change.View is not null).Should().Be(state.Port is not null);
        return state;
    }

    public void NextIsAttached(double step = 0.1)
    {
        var state = Next(step);
        state.WaitsFor.Should().BeNull();
        state.Port.Should().NotBeNull();
    }

    /// <summary>Pulls the device out at its host.</summary>
    public void Unplug() => _sessions.Take().Dispose();

    /// <summary>Ends the session at the host, which says why.</summary>
    public void TakeBack(Parting parting)
    {
        using var session = _sessions.Take();
        var farewell = new byte[Farewell.Size];
        Farewell.Write(farewell, parting);
        session.Send(farewell);
    }

    /// <summary>As Ctrl+C and SIGTERM do.</summary>
    public Task StopAsync() => _stop.CancelAsync();

    public void Dispose()
    {
        _stop.Cancel();
        if (_keeping is { } keeping)
        {
            Task.WaitAny([keeping], Patience); // its last act is to remove its files from the kernel's directory
        }

        Machine.Dispose();
        _changes.Dispose();
        _sessions.Dispose();
        _stop.Dispose();
    }

    private void Hold(RawHost host, DeviceRecord device)
    {
        _sessions.Add(host);
        while (host.Receive() is not null)
        {
            // This kernel asks nothing.
        }
    }
}
