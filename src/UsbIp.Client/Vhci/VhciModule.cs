using System.ComponentModel;
using System.Diagnostics;

namespace UsbIp.Client.Vhci;

/// <summary>Loads vhci_hcd if it is missing and this user may: the kernel never loads it by itself, since nothing announces it.</summary>
internal static class VhciModule
{
    private const string Name = "vhci_hcd";

    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(10);

    /// <returns>True if the module was loaded just now.</returns>
    /// <exception cref="CommandException">The module is missing and could not be loaded.</exception>
    public static bool Ensure(VhciDriver driver)
    {
        if (driver.IsPresent)
        {
            return false;
        }

        if (driver.Directory != VhciDriver.DefaultDirectory || !Environment.IsPrivilegedProcess)
        {
            throw Missing(driver.Directory);
        }

        var watch = Stopwatch.StartNew();
        var complaint = RunModprobe();
        while (!driver.IsPresent)
        {
            if (complaint is not null || watch.Elapsed > LoadTimeout)
            {
                throw Missing(driver.Directory, complaint: complaint);
            }

            Thread.Sleep(SysfsPolling.PauseAfter(watch.Elapsed)); // the directory appears when the driver has bound its platform device
        }

        return true;
    }

    public static CommandException Missing(string directory, Exception? cause = null, string? complaint = null)
    {
        var release = KernelRelease();
        if (complaint is null && directory == VhciDriver.DefaultDirectory && !IsInstalled(release))
        {
            complaint = $"/lib/modules/{release} has no such module";
        }

        return new CommandException(
            ExitCode.KernelModule,
            $"The kernel module {Name} is not loaded: {directory} does not exist" + (complaint is null ? "." : $", and {complaint}."),
            complaint is null
                ? $"{(Environment.IsPrivilegedProcess ? "" : "sudo ")}modprobe {Name}"
                : $"install the modules of the running kernel ({release}), or one that has CONFIG_USBIP_VHCI_HCD; 'list' and 'inspect' work without.",
            cause);
    }

    /// <summary>Whether modprobe would find it (modules.dep of kmod names every module that there is).</summary>
    private static bool IsInstalled(string release)
    {
        try
        {
            return File.ReadLines($"/lib/modules/{release}/modules.dep").Any(line => line.Contains("/vhci-hcd.ko", StringComparison.Ordinal));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>As uname -r says it, which is how packages of modules are named.</summary>
    internal static string KernelRelease()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        }
        catch (IOException)
        {
            return Environment.OSVersion.VersionString;
        }
    }

    /// <returns>What modprobe complained of; null if it was content.</returns>
    private static string? RunModprobe()
    {
        try
        {
            using var modprobe = Process.Start(new ProcessStartInfo("modprobe", [Name]) { RedirectStandardError = true })!;
            var complaint = modprobe.StandardError.ReadToEndAsync();
            if (!modprobe.WaitForExit(LoadTimeout))
            {
                modprobe.Kill();
                return $"modprobe did not end within {LoadTimeout.TotalSeconds:0} s";
            }

            return modprobe.ExitCode == 0
                ? null
                : $"modprobe says '{complaint.GetAwaiter().GetResult().Split('\n')[0].Trim()}'";
        }
        catch (Win32Exception error)
        {
            return $"modprobe could not be run ({error.Message})";
        }
    }
}
