using UsbIp.Client.Commands;
using UsbIp.Client.Tests.Doubles;

namespace UsbIp.Client.Tests.Commands;

/// <summary>Runs command lines against a fake kernel, and keeps what they print.</summary>
internal sealed class CommandRig : IDisposable
{
    public CommandRig() => Settings = new ClientSettings
    {
        Driver = Kernel.Driver,
        Sysfs = Kernel.Sysfs,
        Records = Kernel.Records,
        LoadNames = () => SampleDevices.Names,
        Patience = 1,
    };

    public FakeVhci Kernel { get; } = new();

    public ClientSettings Settings { get; set; }

    public StringWriter Result { get; } = new() { NewLine = "\n" };

    public StringWriter Remarks { get; } = new() { NewLine = "\n" };

    public Output Output => new(Result, Remarks);

    public ExitCode Run(params string[] words) =>
        (ExitCode)new CommandLine(isQuiet => Output with { IsQuiet = isQuiet }, Settings).Run(words);

    public void Dispose()
    {
        Kernel.Dispose();
        Result.Dispose();
        Remarks.Dispose();
    }
}
