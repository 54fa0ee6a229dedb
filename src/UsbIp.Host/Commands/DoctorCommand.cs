using System.CommandLine;
using UsbIp.Host.Doctor;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Commands;

/// <summary>doctor: what keeps devices from being served, and what to do about it.</summary>
public sealed class DoctorCommand(CommandContext context)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("doctor", "Look for what keeps devices from being served, and say what to do (exit code 13 if something is wrong)") { json };
        command.SetAction(parsed => (int)new DoctorCommand(contextOf(parsed)).Run(parsed.GetValue(json)));
        return command;
    }

    /// <returns><see cref="ExitCode.Unhealthy"/> if anything is wrong.</returns>
    public ExitCode Run(bool json)
    {
        var report = new DoctorReport(new HostDoctor(context.Surroundings, Control.ControlPath.ForClients(context.ControlPath)).Run());
        if (json)
        {
            report.WriteJson(context.Output);
        }
        else
        {
            report.WriteText(context.Output);
        }

        return report.IsHealthy ? ExitCode.Success : ExitCode.Unhealthy;
    }
}
