using System.Globalization;
using UsbIp.Host.Doctor;
using UsbIp.Host.Tests.LinuxUsb;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Tests.Doctor;

/// <summary>A machine with one device, on which nothing is wrong until a test breaks it.</summary>
internal sealed class DoctorRig : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("usbip-doctor-").FullName;

    public DoctorRig()
    {
        Sysfs.Plug("1-2");
        WriteFile(Path.Combine(Sysfs.Options.NodeRoot, "001/005"), "");
        Sysfs.WriteProc("net/tcp", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n");
        Surroundings = new HostSurroundings
        {
            Usb = Sysfs.Options,
            MemoryParameter = WriteFile(Path.Combine(_top, "usbfs_memory_mb"), "16\n"),
            ConfigurationRoot = Path.Combine(_top, "etc"),
            FindLibUsb = () => new Version(1, 0, 26),
            ShowUnits = () => "",
        };
    }

    public FakeSysfs Sysfs { get; } = new();

    public HostSurroundings Surroundings { get; set; }

    public string ControlPath => Path.Combine(_top, "control");

    /// <summary>What the doctor finds, notes left out.</summary>
    public IReadOnlyList<Finding> Complaints(string? controlPath = null) =>
        [.. Find(controlPath).Where(finding => finding.Severity != FindingSeverity.Note)];

    public IReadOnlyList<Finding> Find(string? controlPath = null) => new HostDoctor(Surroundings, [controlPath ?? ControlPath]).Run();

    /// <summary>A process that has something open.</summary>
    public void AddProcess(int id, string name, string open)
    {
        var process = Path.Combine(Sysfs.Options.ProcRoot, id.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(Path.Combine(process, "fd"));
        File.WriteAllText(Path.Combine(process, "comm"), name + "\n");
        File.CreateSymbolicLink(Path.Combine(process, "fd/3"), open);
    }

    /// <summary>A socket that listens on port 3240, 0CA8 in hexadecimal.</summary>
    public void Listen(string address, string inode) => Sysfs.WriteProc(
        "net/tcp", $"   0: {address}:0CA8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 {inode} 1 0000000000000000 100 0 0 10 0\n");

    public void Configure(string path, string text) => WriteFile(Path.Combine(Surroundings.ConfigurationRoot, path), text);

    public void NoteClaims(string text) => WriteFile(Path.Combine(Sysfs.Options.ClaimsDirectory!, "claims-4711"), text);

    public void Dispose()
    {
        Sysfs.Dispose();
        Directory.Delete(_top, recursive: true);
    }

    private static string WriteFile(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
