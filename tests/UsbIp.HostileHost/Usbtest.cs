using System.Diagnostics;

namespace UsbIp.HostileHost;

/// <summary>
/// The process that uses the devices: tests/vm/usbtest.py, which answers each line with one. It is another process because the one whose
/// threads answer a device's requests must never wait for that device in the kernel.
/// </summary>
internal sealed class Usbtest : IDisposable
{
    /// <summary>All cases of one line together; usbtest itself gives up on a transfer after 10 s.</summary>
    private const int DeadlineSeconds = 40;

    private readonly Process _process;

    public Usbtest(string program) => _process = Process.Start(new ProcessStartInfo(program, ["--serve", "--deadline", $"{DeadlineSeconds}"])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    /// <summary>Runs cases of the kernel's usbtest driver on a device, whatever they end with.</summary>
    /// <returns>What hangs; null if nothing does.</returns>
    public string? Run(string localBusId, string cases)
    {
        _process.StandardInput.WriteLine($"{localBusId} {cases}");
        var answer = _process.StandardOutput.ReadLineAsync();
        if (!answer.Wait(TimeSpan.FromSeconds(DeadlineSeconds * 2)))
        {
            return "usbtest.py does not answer";
        }

        return answer.Result is null ? "usbtest.py has ended"
            : answer.Result.Contains("still running", StringComparison.Ordinal) ? $"usbtest: {answer.Result}"
            : null;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.Dispose();
    }
}
