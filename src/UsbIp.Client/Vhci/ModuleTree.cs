namespace UsbIp.Client.Vhci;

/// <summary>Whether the running kernel could load vhci_hcd.</summary>
public enum ModuleState
{
    /// <summary>It is among the kernel's modules.</summary>
    Loadable,

    /// <summary>It is a part of the kernel.</summary>
    BuiltIn,

    /// <summary>The kernel has modules, and it is none of them.</summary>
    Absent,

    /// <summary>There are no modules of the running kernel: it was updated and not restarted, or this is a container.</summary>
    NoModules,
}

/// <summary>The modules that are installed for the running kernel (modules.dep(5)).</summary>
/// <param name="root">Where every kernel has a directory of its own, normally /lib/modules.</param>
/// <param name="release">The running kernel's, as uname -r says it; null to ask it.</param>
public sealed class ModuleTree(string root = "/lib/modules", string? release = null)
{
    private const string ModuleFile = "/vhci-hcd.ko";
    private string? _release = release;

    /// <summary>The running kernel's name. Asked for when it is needed: most commands end without.</summary>
    public string Release => _release ??= VhciModule.KernelRelease();

    public ModuleState Find()
    {
        var directory = Path.Combine(root, Release);
        if (Has(Path.Combine(directory, "modules.builtin")))
        {
            return ModuleState.BuiltIn;
        }

        var list = Path.Combine(directory, "modules.dep");
        return Has(list) ? ModuleState.Loadable : File.Exists(list) ? ModuleState.Absent : ModuleState.NoModules;
    }

    private static bool Has(string list)
    {
        try
        {
            return File.ReadLines(list).Any(line => line.Contains(ModuleFile, StringComparison.Ordinal));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
