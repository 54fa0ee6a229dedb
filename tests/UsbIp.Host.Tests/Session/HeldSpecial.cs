using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>Makes a device take its time over a special request, until the test lets go of it.</summary>
internal sealed class HeldSpecial : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ManualResetEventSlim _begun = new();
    private readonly ManualResetEventSlim _go = new();

    /// <param name="device">The device.</param>
    /// <param name="kind">How the request begins, such as "ClearHalt".</param>
    /// <param name="status">What it answers in the end.</param>
    public HeldSpecial(ScriptedDevice device, string kind, UrbStatus status) => device.OnSpecial = what =>
    {
        if (!what.StartsWith(kind, StringComparison.Ordinal))
        {
            return UrbStatus.Ok;
        }

        _begun.Set();
        _go.Wait(Patience);
        return status;
    };

    public void WaitUntilBegun() => _begun.Wait(Patience).Should().BeTrue("the special request must be carried out");

    public void LetGo() => _go.Set();

    public void Dispose()
    {
        LetGo();
        _begun.Dispose();
    }
}
