using System.Diagnostics;
using System.Text.Json;

namespace UsbIp.Client.Commands;

/// <summary>
/// Starts this program again as the process that owns the bridge. Its standard input is its leash: it is cut when this command is
/// interrupted or dies, and the bridge detaches; it is let go with one byte, once this command has the bridge's report.
/// </summary>
internal static class BackgroundBridge
{
    /// <summary>For detaching and waiting for the kernel; afterwards the process is killed, which makes the kernel detach.</summary>
    private static readonly TimeSpan UndoTimeout = TimeSpan.FromSeconds(15);

    /// <returns>What the bridge reports: attached, or why not.</returns>
    /// <exception cref="OperationCanceledException">Interrupted; nothing stays attached.</exception>
    public static BridgeReport Start(AttachRequest request, Action<string> progress, CancellationToken stop)
    {
        using var process = Process.Start(StartInfo(request))!;
        BridgeReport? report;
        using (stop.Register(process.StandardInput.Close))
        {
            while ((report = Read(process)) is { Progress: { } waiting })
            {
                progress(waiting);
            }
        }

        if (stop.IsCancellationRequested)
        {
            if (!process.WaitForExit(UndoTimeout))
            {
                process.Kill();
            }

            throw new OperationCanceledException(stop);
        }

        if (report is null)
        {
            process.WaitForExit();
            throw new CommandException(ExitCode.Failure, $"The bridge process ended with code {process.ExitCode} before it attached the device.");
        }

        if (report.Attachment is not null || report.Kept is not null)
        {
            process.StandardInput.Write(BridgeCommand.LetGo);
            process.StandardInput.Flush();
        }

        return report;
    }

    private static BridgeReport? Read(Process process) =>
        process.StandardOutput.ReadLine() is { } line ? JsonSerializer.Deserialize(line, JsonViews.Default.BridgeReport) : null;

    private static ProcessStartInfo StartInfo(AttachRequest request)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]); // run as 'dotnet usbip-client.dll'
        }

        start.ArgumentList.Add(BridgeCommand.Name);
        WaitOption.Write(request, start.ArgumentList);
        start.ArgumentList.Add(request.Host.ToString());
        start.ArgumentList.Add(request.Device.Text);
        if (request.LogFile is not null)
        {
            start.ArgumentList.Add("--log");
            start.ArgumentList.Add(request.LogFile);
        }

        if (!request.Wait)
        {
            start.ArgumentList.Add("--no-wait");
        }

        if (!request.ReadAhead)
        {
            start.ArgumentList.Add(AttachCommand.NoReadAhead);
        }

        if (request.Persist)
        {
            start.ArgumentList.Add(AttachCommand.Persist);
        }

        if (request.IsDebug)
        {
            start.ArgumentList.Add("--debug");
        }

        return start;
    }
}
