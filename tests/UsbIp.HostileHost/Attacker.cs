using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using UsbIp.Client;
using UsbIp.Client.Bridge;
using UsbIp.Client.Commands;
using UsbIp.Client.Vhci;
using UsbIp.Protocol;

namespace UsbIp.HostileHost;

/// <summary>
/// Tries one attack after another on this machine's kernel, through the client's own bridge, on a controller of vhci_hcd that nobody else
/// uses: a port that stays in use is that attack's fault.
/// </summary>
internal sealed class Attacker : IDisposable
{
    /// <summary>Everything is slower on an emulated machine.</summary>
    private const double Patience = 3;

    /// <summary>Behind hundreds of devices udev comes to the next one late: 16 s after the kernel were seen, and more.</summary>
    private static readonly TimeSpan EnumerationLimit = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan FailingEnumerationLimit = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan DetachLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(15);

    private readonly HostileServer _server;
    private readonly Usbtest _usbtest;
    private readonly ILogger _logger;
    private readonly ClientSettings _settings;
    private string _why = "";

    public Attacker(HostileServer server, Usbtest usbtest, int controller, ILogger logger)
    {
        (_server, _usbtest, _logger) = (server, usbtest, logger);
        _settings = new ClientSettings { Driver = new VhciDriver(DirectoryOf(controller)), Patience = Patience };
    }

    /// <summary>Which attack is tried at this moment.</summary>
    public string Current { get; private set; } = "none";

    /// <summary>How many controllers vhci_hcd has.</summary>
    public static int CountControllers() => Directory.EnumerateFiles(VhciDriver.DefaultDirectory, "status*").Count();

    /// <returns>What went wrong with our kernel or our bridge; null if they stood it, and the session became what it should.</returns>
    public string? Try(string busId, Outcome expected)
    {
        (Current, _why) = (busId, "");
        var before = _server.WrongReplies(busId);
        var problem = AttachAndUse(busId, expected);
        if (_settings.Driver.ReadPorts().FirstOrDefault(port => !port.IsFree) is { } used)
        {
            problem ??= $"port {used.Number} stays in use";
        }

        return problem ?? (_server.WrongReplies(busId) == before && !IsHasty(busId) ? $"not one wrong reply was asked for{_why}" : null);
    }

    public void Dispose()
    {
        _usbtest.Dispose();
        Directory.Delete(_settings.Driver.Directory, recursive: true);
    }

    /// <summary>The directory of one controller: what <see cref="VhciDriver"/> reads and writes, without the others' ports.</summary>
    private static string DirectoryOf(int controller)
    {
        var directory = Directory.CreateTempSubdirectory("vhci-").FullName;
        Link("status", controller == 0 ? "status" : $"status.{controller}");
        Link("attach", "attach");
        Link("detach", "detach");
        var own = Path.Combine(VhciDriver.DefaultDirectory, "..", $"vhci_hcd.{controller}");
        foreach (var hub in Directory.EnumerateDirectories(own, "usb*"))
        {
            Directory.CreateSymbolicLink(Path.Combine(directory, Path.GetFileName(hub)), Path.GetFullPath(hub));
        }

        return directory;

        void Link(string name, string attribute) =>
            File.CreateSymbolicLink(Path.Combine(directory, name), Path.Combine(VhciDriver.DefaultDirectory, attribute));
    }

    private string? AttachAndUse(string busId, Outcome expected)
    {
        Attachment attachment;
        try
        {
            attachment = Attachment.Open(_settings, _server.Address, BusId.Parse(busId), _logger, readAhead: true, CancellationToken.None);
        }
        catch (CommandException refused)
        {
            var isByUs = refused.ExitCode is not (ExitCode.KernelModule or ExitCode.NoFreePort or ExitCode.Permission);
            return expected == Outcome.Refused && isByUs ? null : $"refused: {refused.Message}";
        }

        var problem = expected == Outcome.Refused ? "not refused" : Use(busId, expected, attachment) ?? Judge(expected, attachment);
        var detached = Task.Run(attachment.Dispose);
        return detached.Wait(DetachLimit) ? problem : "the bridge does not end";
    }

    private string? Use(string busId, Outcome expected, Attachment attachment)
    {
        try
        {
            var device = WaitUntilUsable(busId, expected, attachment);
            return CasesFor(busId) is { } cases ? _usbtest.Run(device.BusId, cases) : null;
        }
        catch (Exception error) when (error is CommandException or OperationCanceledException)
        {
            _why = $": {error.Message}";
            return expected == Outcome.GoesOn && !MayFailToEnumerate(busId, expected) ? $"never usable{_why}" : null;
        }
    }

    private static string? Judge(Outcome expected, Attachment attachment)
    {
        if (expected == Outcome.Ends)
        {
            using var limit = new CancellationTokenSource(EndLimit * Patience);
            attachment.WaitForEnd(limit.Token);
        }

        return attachment.End switch
        {
            { Kind: BridgeEndKind.KernelDetached or BridgeEndKind.KernelBrokeProtocol } end => $"it was the kernel that ended the session: {end.Reason}",
            { Kind: BridgeEndKind.Stopped } => $"the session goes on for {EndLimit * Patience}",
            { } end when expected == Outcome.GoesOn => $"the session ended: {end.Reason}",
            _ => null,
        };
    }

    /// <summary>Where a device may never become usable, waits only a moment after the kernel has been lied to.</summary>
    private LocalDevice WaitUntilUsable(string busId, Outcome expected, Attachment attachment)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            using var limit = new CancellationTokenSource(MayFailToEnumerate(busId, expected) ? FailingEnumerationLimit : EnumerationLimit);
            try
            {
                return attachment.WaitUntilUsable(limit.Token);
            }
            catch (OperationCanceledException) when (_server.WrongReplies(busId) == 0 && watch.Elapsed < EnumerationLimit)
            {
                // The kernel has not come as far.
            }
        }
    }

    /// <summary>Wrong statuses of control requests are repaired, and fail them all the same.</summary>
    private static bool MayFailToEnumerate(string busId, Outcome expected) =>
        busId.Split(':') is ["control", var field, ..] ? expected != Outcome.GoesOn || field == "20" : IsHasty(busId);

    private static bool IsHasty(string busId) =>
        busId.Split(':') is [Attack.Seed, var seed] && RandomDamage.IsHastyFor(int.Parse(seed, CultureInfo.InvariantCulture));

    /// <summary>The cases of usbtest that cause replies of the attack's kind.</summary>
    private static string? CasesFor(string busId) => busId.Split(':')[0] switch
    {
        "control" => "9,10",
        "bulk-in" => "4",
        "bulk-out" => "3",
        "int-in" => "26",
        "int-out" => "25",
        "iso-in" => "16",
        "iso-out" => "15",
        "unlink" => "11",
        Attack.Seed => "1,2,3,4,9,10,11,15,16,25,26,27,28,9,10,1,2,3,4,15,16,9,10,27,28,1,2,3,4,9,10,15,16",
        _ => null,
    };
}
