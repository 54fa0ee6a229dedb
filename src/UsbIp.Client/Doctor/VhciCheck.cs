using UsbIp.Client.Commands;
using UsbIp.Client.Vhci;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Client.Doctor;

/// <summary>Is vhci_hcd there, may this user attach, and is a port free?</summary>
internal static class VhciCheck
{
    public static IEnumerable<Finding> Run(ClientSettings settings)
    {
        if (!settings.Driver.IsPresent)
        {
            return [Missing(settings.Modules)];
        }

        try
        {
            var ports = settings.Driver.ReadPorts();
            return [.. Permission(settings.Driver), .. Ports(ports), .. StateFileCheck.Run(settings, ports)];
        }
        catch (CommandException error)
        {
            return [Finding.Error("C-VHCI-UNREADABLE", error.Message, error.Hint ?? "check that the kernel's vhci_hcd is unmodified")];
        }
    }

    private static Finding Missing(ModuleTree modules) => modules.Find() switch
    {
        ModuleState.Loadable when Environment.IsPrivilegedProcess => Finding.Note(
            "C-VHCI-LATER", "The kernel module vhci_hcd is not loaded; 'attach' loads it.", "modprobe vhci_hcd; for good: echo vhci-hcd > /etc/modules-load.d/vhci-hcd.conf"),
        ModuleState.Loadable => Finding.Warning(
            "C-VHCI-NOT-LOADED", "The kernel module vhci_hcd is not loaded, and this user may not load it.", "sudo modprobe vhci_hcd; for good: echo vhci-hcd > /etc/modules-load.d/vhci-hcd.conf"),
        ModuleState.BuiltIn => Finding.Error(
            "C-VHCI-HIDDEN", "vhci_hcd is a part of this kernel, but sysfs does not show it.", "mount sysfs at /sys, and in a container show it the host's"),
        ModuleState.Absent => Finding.Error(
            "C-VHCI-ABSENT",
            $"The modules of the running kernel ({modules.Release}) do not include vhci_hcd, so nothing can be attached; 'list' and 'inspect' work without.",
            $"install the rest of its modules (Debian and Ubuntu: linux-modules-extra-{modules.Release}), or a kernel with CONFIG_USBIP_VHCI_HCD"),
        _ => Finding.Error(
            "C-MODULES-MISSING",
            $"There are no modules of the running kernel ({modules.Release}), so nothing can be attached; 'list' and 'inspect' work without.",
            "restart the machine if its kernel was updated; else install the modules of that kernel"),
    };

    private static IEnumerable<Finding> Permission(VhciDriver driver)
    {
        CommandException? refusal = null;
        try
        {
            driver.RequireWritable();
        }
        catch (CommandException error) when (error.ExitCode == ExitCode.Permission)
        {
            refusal = error;
        }

        return refusal is null ? [] : [Finding.Warning("C-NO-PERMISSION", refusal.Message, refusal.Hint!)];
    }

    private static IEnumerable<Finding> Ports(IReadOnlyList<VhciPort> ports)
    {
        var free = ports.Count(port => port.IsFree);
        if (free == 0)
        {
            yield return Finding.Error("C-NO-FREE-PORT", $"All {ports.Count} ports of vhci_hcd are in use.", "'usbip-client port' for what is attached, and 'usbip-client detach PORT'");
        }
        else if (!ports.Any(port => port is { IsFree: true, IsSuperSpeed: false }))
        {
            yield return Finding.Warning(
                "C-NO-FREE-HIGH-SPEED-PORT", "Every high-speed port of vhci_hcd is in use: only SuperSpeed devices can be attached.", "'usbip-client port', and 'usbip-client detach PORT'");
        }
        else if (!ports.Any(port => port is { IsFree: true, IsSuperSpeed: true }))
        {
            yield return Finding.Warning(
                "C-NO-FREE-SUPERSPEED-PORT", "Every SuperSpeed port of vhci_hcd is in use: no SuperSpeed device can be attached.", "'usbip-client port', and 'usbip-client detach PORT'");
        }
        else
        {
            yield return Finding.Note("C-VHCI", $"vhci_hcd is loaded, and {free} of its {ports.Count} ports are free.");
        }

        foreach (var port in ports.Where(port => port.State == VhciPortState.Error))
        {
            yield return Finding.Warning(
                "C-PORT-ERROR", $"vhci_hcd reports an error on port {port.Number:00}.", $"'usbip-client detach {port.Number}', and 'dmesg | tail' for the kernel's reason");
        }
    }
}
