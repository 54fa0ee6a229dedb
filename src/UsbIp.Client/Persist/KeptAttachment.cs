using Microsoft.Extensions.Logging;
using UsbIp.Client.Bridge;
using UsbIp.Client.Commands;
using UsbIp.Client.Interop;

namespace UsbIp.Client.Persist;

/// <summary>
/// Keeps one device attached for ever: attaches it, waits until it is lost, and attaches it again when the device, the host or the network is
/// back. Ends when the device is detached on purpose, or with an error that time does not heal. One thread.
/// </summary>
/// <param name="settings">This machine.</param>
/// <param name="request">What to attach.</param>
/// <param name="logger">Gets a line for each change.</param>
/// <param name="time">The clock of the waits.</param>
/// <param name="tell">Told of each change: attached as this view says, or waiting for the reason of the state.</param>
internal sealed class KeptAttachment(
    ClientSettings settings, AttachRequest request, ILogger logger, TimeProvider time, Action<AttachmentView?, KeptState> tell)
{
    /// <summary>A session that ends sooner is followed by a pause.</summary>
    private static readonly TimeSpan ShortSession = TimeSpan.FromSeconds(2);

    private KeptFile? _file;
    private KeptState? _state;
    private NextTry _next;
    private bool _wasShort;
    private TimeSpan _rest;
    private bool _hasBeenAttached;

    /// <exception cref="CommandException">An error that time does not heal.</exception>
    public ExitCode Run(CancellationToken stop)
    {
        RefuseTwice();
        settings.Ports.RequireRight(); // not to be found out only when the host is there
        using var news = new HostNews(request.Host, request.Device, time);
        try
        {
            _file = OpenFile();
            while (AttachOnce(news, stop) is { } reason)
            {
                Tell(null, reason);
                if (!news.Rest(_rest, stop) || (_wasShort && !news.Pause(stop)) || !news.Wait(_next, stop))
                {
                    break;
                }
            }

            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (_state is not null)
        {
            return ExitCode.Success; // the wish came during a later try
        }
        finally
        {
            _file?.Dispose();
        }
    }

    /// <returns>Why the device is no longer attached, or not at all; null if that was somebody's wish.</returns>
    private string? AttachOnce(HostNews news, CancellationToken stop)
    {
        Attachment? attachment = null;
        (_wasShort, _rest) = (false, TimeSpan.Zero);
        try
        {
            var asked = request with { TakeOver = request.TakeOver && !_hasBeenAttached }; // two that keep it would take it from each other for ever
            attachment = Attachment.Open(settings, asked.Host, asked.Device, logger, asked.ReadAhead, stop, asked.WishWith(waiting => Tell(null, waiting)));
            var begun = time.GetTimestamp();
            var view = AttachmentLine.View(settings, attachment, request.Wait, stop);
            news.Forget();
            _hasBeenAttached = true;
            Tell(view, null);
            var end = attachment.WaitForEnd(stop);
            _next = end.Kind == BridgeEndKind.HostClosed ? NextTry.WhenTold : NextTry.Later;
            _rest = end.Rest;
            _wasShort = time.GetElapsedTime(begun) < ShortSession;
            return end.IsClean ? null : end.Reason;
        }
        catch (CommandException error) when (attachment?.End is { IsClean: true } && !stop.IsCancellationRequested)
        {
            Log.DetachedEarly(logger, request.Device.Text, error.Message);
            return null;
        }
        catch (CommandException error) when (MayHeal(error))
        {
            _next = error.ExitCode switch
            {
                ExitCode.NotFound or ExitCode.Busy => NextTry.WhenTold,
                ExitCode.Refused or ExitCode.DeviceError => NextTry.WhenToldOrLater,
                _ => NextTry.Later,
            };
            return error.Message;
        }
        finally
        {
            attachment?.Dispose();
        }
    }

    /// <summary>Whether the same may succeed later without anybody changing this machine or the command line.</summary>
    private bool MayHeal(CommandException error) => error.ExitCode switch
    {
        ExitCode.Permission => false,
        ExitCode.KernelModule => settings.Driver.IsPresent,
        ExitCode.Usage or ExitCode.AlreadyRunning => _hasBeenAttached, // somebody has plugged in another such device, or attached this one, since
        _ => true,
    };

    private void Tell(AttachmentView? view, string? reason)
    {
        var isNews = _state is null || _state.WaitsFor != reason;
        var since = reason is not null && _state?.WaitsFor is not null ? _state.Since : time.GetUtcNow();
        _state = new KeptState(
            Environment.ProcessId, request.Host.ToString(), request.Device.Text, view?.RemoteBusId, view?.Port, reason, since);
        WriteFile(_state);
        if (reason is not null && isNews)
        {
            Log.Waiting(logger, request.Device.Text, request.Host, reason);
        }

        tell(view, _state);
    }

    private void WriteFile(KeptState state)
    {
        try
        {
            _file?.Write(state);
        }
        catch (IOException error)
        {
            Log.NoKeptFile(logger, request.Device.Text, error.Message); // a full disk ends no attachment
        }
    }

    private void RefuseTwice()
    {
        var other = KeptStates.Read(settings.Records)
            .FirstOrDefault(state => IsOurs(state) && state.Host == request.Host.ToString() && state.Device == request.Device.Text);
        if (other is not null)
        {
            throw new CommandException(
                ExitCode.AlreadyRunning,
                $"{request.Device.Text} of {request.Host} is kept attached already, by process {other.ProcessId}.",
                $"'usbip-client detach {request.Host.Argument} {request.Device.Text}' ends that.");
        }
    }

    /// <summary>What another user's file claims keeps nobody from attaching.</summary>
    private static bool IsOurs(KeptState state) => state.Owner is null || state.Owner == ProcessOwner.Find(Environment.ProcessId);

    private KeptFile? OpenFile()
    {
        try
        {
            return KeptFile.Create(settings.Records);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.NoKeptFile(logger, request.Device.Text, error.Message);
            return null;
        }
    }
}
