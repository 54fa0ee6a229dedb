using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using UsbIp.Protocol;

namespace UsbIp.Host.Commands;

/// <summary>What --help and --version say beyond the grammar.</summary>
internal static class HostHelp
{
    public const string Description =
        "usbip-host serves this machine's USB devices to other machines (USB/IP). You are on the machine with the device; "
        + "on the machine that wants it, use usbip-client attach (or any other USB/IP client).";

    public const string Examples = """
        Examples:
          usbip-host list                              what could be exported
          usbip-host export 1-2                        export it; with no daemon running, this command serves it until Ctrl+C
          usbip-host serve --listen 192.168.1.10 --export 1-2
          usbip-host alias scanner serial:4C530001     a name that stays with it; 'export scanner', 'usbip attach -b scanner'
          usbip-host export scanner --keep             whenever it is plugged in; 'rule list' shows what is kept
          usbip-host serve --virtual disk:64M          no hardware at hand: a disk in memory
          usbip-host doctor                            what is wrong, and what to do about it
          usbip-client attach 192.168.1.10 1-2         on the other machine

        Exit codes: 0 done, 1 failure, 2 usage, 3 permission, 4 library missing, 5 not found, 6 busy, 7 version mismatch, 8 network,
          9 timeout, 11 protocol error, 12 already running, 13 doctor found something wrong, 130 interrupted.
        """;

    public static void AddTo(RootCommand root)
    {
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction standard } help)
            {
                help.Action = new HelpWithExamples(standard);
            }
            else if (option is VersionOption version)
            {
                version.Action = new VersionLine();
            }
        }
    }

    private sealed class HelpWithExamples(HelpAction standard) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var result = standard.Invoke(parseResult);
            if (parseResult.CommandResult.Command is RootCommand)
            {
                parseResult.InvocationConfiguration.Output.WriteLine(Examples);
            }

            return result;
        }
    }

    private sealed class VersionLine : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            const int Major = ProtocolConstants.Version >> 8;
            const int Minor = (ProtocolConstants.Version >> 4) & 0xF;
            const int Patch = ProtocolConstants.Version & 0xF;
            parseResult.InvocationConfiguration.Output.WriteLine($"usbip-host {ProgramVersion.Text} (USB/IP {Major}.{Minor}.{Patch})");
            return 0;
        }
    }
}
