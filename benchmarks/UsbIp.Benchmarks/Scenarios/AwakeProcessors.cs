namespace UsbIp.Benchmarks.Scenarios;

/// <summary>
/// Keeps the machine's processors from falling asleep (Linux' PM QoS: as long as a latency of 0 µs is asked for, an idle one polls). Waking one costs
/// more than carrying a URB does, and whether one sleeps depends on where the scheduler put the two sides: it would decide every ratio
/// of a single URB. For root; elsewhere it does nothing, and the results say so.
/// </summary>
internal sealed class AwakeProcessors : IDisposable
{
    private const string Device = "/dev/cpu_dma_latency"; // open for as long as the demand is to hold: kernel/power/qos.c

    private readonly FileStream? _demand;

    public AwakeProcessors()
    {
        try
        {
            _demand = new FileStream(Device, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            _demand.Write(BitConverter.GetBytes(0));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _demand?.Dispose();
            _demand = null;
        }
    }

    public bool AreHeld => _demand is not null;

    public void Dispose() => _demand?.Dispose();
}
