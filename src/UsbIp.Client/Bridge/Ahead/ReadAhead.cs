using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>
/// Hides the network's round trips from drivers that wait for one answer before they ask the next question. Shows each request, reply and unlink to the
/// <see cref="AheadPolicy"/> of its endpoint, and learns from the kernel's requests how the device is set up.
/// Everything is done by ordinary requests of the bridge's own, so it works with every host.
/// <para>Methods are called with the kernel's end held, except for <see cref="Watches"/>.</para>
/// </summary>
internal sealed class ReadAhead(PendingUrbs pending, KernelEnd kernel, HostWriter host, DeviceRecord device, BridgeOptions options)
{
    private readonly AheadPolicy?[] _policies = new AheadPolicy?[EndpointAddress.SlotCount];
    private readonly AheadPipe?[] _pipes = new AheadPipe?[16]; // by IN endpoint; each lives as long as the session
    private readonly AheadChoice _choice = new(pending, kernel, device, options);
    private readonly DeviceLayout _layout = new();
    private AheadPolicy[] _inUse = []; // each once, whatever its endpoints

    /// <summary>Whether such a request is to be shown to <see cref="Begin"/>. From any thread.</summary>
    public bool Watches(in SubmitRequest request) => request.Endpoint == 0
        ? request.BufferLength == 0 && (RestartRequests.HaltClearedOf(request.Setup) ?? SerialAdapters.EmptiedBy(device, request.Setup)) is not null
        : Volatile.Read(ref _policies[EndpointAddress.ToSlot(request.EndpointAddress)]) is not null;

    public Route Begin(PendingUrb urb) => OwnerOf(urb.Request) switch
    {
        null => Route.Forward,
        var policy when urb.Request.Endpoint > 0 => policy.Begin(urb),
        var policy => policy.Pipe.TryDelay(urb) ? Route.Keep : Route.Forward,
    };

    /// <inheritdoc cref="AheadPolicy.End"/>
    public Sequel End(PendingUrb urb, ReadOnlySpan<byte> data) => PolicyOf(urb.Request)?.End(urb, data) ?? Sequel.None;

    /// <inheritdoc cref="AheadPolicy.Follow"/>
    public BridgeEnd? Follow(PendingUrb urb) => PolicyOf(urb.Request)?.Follow(urb);

    /// <summary>The kernel unlinks a request. True if it was kept here, and the unlink was answered here.</summary>
    public bool TryUnlink(in UnlinkRequest unlink)
    {
        if (pending.Find(unlink.TargetSeqnum) is not { Pipe: null } urb)
        {
            return false;
        }

        var policy = OwnerOf(urb.Request);
        policy?.Unlinked(unlink.DeviceId);
        if (!TryRemove(urb) || !pending.TryAnswerUnlink(unlink.Seqnum, out var status, out _))
        {
            return false;
        }

        Span<byte> reply = stackalloc byte[UnlinkReply.Size];
        new UnlinkReply(unlink.Seqnum, status).Write(reply);
        if (policy?.TryHold(reply) is not true)
        {
            kernel.Write(reply);
        }

        return true;
    }

    /// <summary>Keeps a reply with an error back, if the kernel must not know yet. Otherwise false.</summary>
    public bool TryHold(in SubmitRequest request, ReadOnlySpan<byte> message) => PolicyOf(request)?.TryHold(message) ?? false;

    /// <summary>Keeps the answer to an unlink of the kernel's back, if it must not know yet. Otherwise false.</summary>
    public bool TryHold(ReadOnlySpan<byte> message)
    {
        foreach (var policy in _inUse)
        {
            if (policy.TryHold(message))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The session ends: what the policies held back goes to the kernel. What is kept here is somebody else's to answer from now on.</summary>
    public void Release()
    {
        Array.ForEach(_inUse, policy => policy.Release());
        Array.ForEach(_pipes, pipe => pipe?.Release());
    }

    /// <summary>The kernel is being given the host's reply to one of its requests.</summary>
    public void Replied(in SubmitRequest request, UrbStatus status, ReadOnlySpan<byte> data)
    {
        if (request.Endpoint != 0)
        {
            PolicyOf(request)?.Replied(request, status);
        }
        else if (status == UrbStatus.Ok && options.ReadAhead)
        {
            Configure(request, data);
        }
    }

    /// <summary>The host's reply to a request that was answered early; nobody else looks at it.</summary>
    public void RepliedLate(in SubmitReply reply)
    {
        foreach (var policy in _inUse)
        {
            policy.RepliedLate(reply);
        }
    }

    /// <summary>The reply to one of the bridge's own reads: <paramref name="message"/> is the whole of it, checked.</summary>
    public Verdict TakeReply(PendingUrb own, in SubmitReply reply, Span<byte> message)
    {
        var request = own.Request;
        var verdict = own.Pipe!.TakeReply(own, reply, message);
        PolicyOf(request)?.Replied(request, reply.Status);
        return verdict;
    }

    /// <summary>Does what had to wait until the replies that came together were written.</summary>
    public void Settle()
    {
        foreach (var pipe in _pipes)
        {
            pipe?.Settle();
        }

        foreach (var policy in _inUse)
        {
            policy.Settle();
        }
    }

    /// <summary>Takes it back from whichever pipe keeps it: its interface may be set anew since, and its endpoint without a policy.</summary>
    private bool TryRemove(PendingUrb urb)
    {
        foreach (var pipe in _pipes)
        {
            if (pipe?.TryRemove(urb) is true)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The policy that may keep the request: that of its endpoint, or, if it is without data, of the port which it empties or of the endpoint whose halt it
    /// clears. One with data must not be kept: what was kept is sent as a header alone.
    /// </summary>
    private AheadPolicy? OwnerOf(in SubmitRequest request) => request switch
    {
        { Endpoint: > 0 } => PolicyOf(request),
        { BufferLength: > 0 } => null,
        _ when RestartRequests.HaltClearedOf(request.Setup) is { } endpoint => _policies[EndpointAddress.ToSlot(endpoint)],
        _ when SerialAdapters.EmptiedBy(device, request.Setup) is { } port => PolicyOf(port),
        _ => null,
    };

    private AheadPolicy? PolicyOf(byte port) => Array.Find(_inUse, policy => policy.InterfaceNumber == port);

    private AheadPolicy? PolicyOf(in SubmitRequest request) => _policies[EndpointAddress.ToSlot(request.EndpointAddress)];

    private void Configure(in SubmitRequest request, ReadOnlySpan<byte> data)
    {
        if (_layout.Replied(request.Setup, data, out var number))
        {
            End(request.DeviceId, number);
            Watch(number);
        }
        else if (RestartRequests.BulkOnlyResetOf(request.Setup) is { } reset)
        {
            (PolicyOf(reset) as BulkOnlyStages)?.Restart(request.DeviceId);
        }
        else if (SerialAdapters.EmptiedBy(device, request.Setup) is { } port)
        {
            End(request.DeviceId, port); // and begins anew with what the driver reads then
        }
    }

    /// <summary>Ends the policies of one interface, or all: what another interface is in the middle of goes on.</summary>
    private void End(DeviceId id, byte? number)
    {
        foreach (var policy in _inUse)
        {
            if (number is null || policy.InterfaceNumber == number)
            {
                policy.Restart(id);
                policy.Release();
            }
        }
    }

    private void Watch(byte? number)
    {
        for (var slot = 0; slot < _policies.Length; slot++)
        {
            if (number is null || _policies[slot]?.InterfaceNumber == number)
            {
                Volatile.Write(ref _policies[slot], null);
            }
        }

        foreach (var setting in _layout.Interfaces)
        {
            foreach (var (endpoint, policy) in number is null || setting.Number == number ? _choice.For(setting, PipeOf) : [])
            {
                Volatile.Write(ref _policies[EndpointAddress.ToSlot(endpoint.Address)], policy);
            }
        }

        _inUse = [.. _policies.OfType<AheadPolicy>().Distinct()];
    }

    private AheadPipe PipeOf(EndpointDescriptor endpoint)
    {
        var pipe = _pipes[endpoint.Address & 0x0F] ??= new AheadPipe(pending, kernel, host);
        pipe.PacketSize = Math.Max(1, endpoint.PacketSize);
        return pipe;
    }
}
