using System.Diagnostics;
using System.Globalization;

namespace UsbIp.Client.Tests.Doubles;

/// <summary>A time in which no thread of this process runs, as a busy machine does to a virtual one. Its tests run while no others do.</summary>
[CollectionDefinition(Alone, DisableParallelization = true)]
public sealed class Standstill : IDisposable
{
    public const string Alone = "stands still";

    private readonly Process _shell;

    /// <summary>Gets somebody ready who stops this process and has it go on again.</summary>
    public Standstill(TimeSpan duration) => _shell = Process.Start(new ProcessStartInfo(
        "sh",
        [
            "-c", "read -r now && { kill -STOP $1; sleep $2; kill -CONT $1; }", "sh",
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            duration.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ])
    {
        RedirectStandardInput = true,
    })!;

    /// <summary>Returns when it is over.</summary>
    public void Begin()
    {
        _shell.StandardInput.WriteLine();
        _shell.WaitForExit();
    }

    public void Dispose()
    {
        _shell.StandardInput.Dispose();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
