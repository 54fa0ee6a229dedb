using System.CommandLine;
using UsbIp.Client.Doctor;
using UsbIp.Client.Remote;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Client.Commands;

/// <summary><c>usbip-client doctor [HOST]</c>: what keeps devices from being attached, and what to do about it.</summary>
internal sealed class DoctorCommand(ClientSettings settings, Output output)
{
    public static Command Define(GlobalOptions global)
    {
        var host = new Argument<string?>("HOST[:PORT]") { Description = "A host to look at as well", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("doctor", "Look for what keeps devices from being attached, and say what to do (exit code 13 if something is wrong)") { host, json };
        command.SetAction(parsed => global.Run(parsed, (settings, output) => new DoctorCommand(settings, output).Run(
            parsed.GetValue(host) is { } name ? HostArgument.Parse(name, parsed.GetValue(global.TcpPort)) : null,
            parsed.GetValue(json))));
        return command;
    }

    /// <returns><see cref="ExitCode.Unhealthy"/> if anything is wrong.</returns>
    public ExitCode Run(HostAddress? host, bool json)
    {
        var report = new DoctorReport([.. VhciCheck.Run(settings), .. host is null ? [] : HostCheck.Run(host)]);
        if (json)
        {
            report.WriteJson(output.Result);
        }
        else
        {
            report.WriteText(output.Result);
        }

        return report.IsHealthy ? ExitCode.Success : ExitCode.Unhealthy;
    }
}
