using System.Diagnostics;
using System.Globalization;

namespace UsbIp.Host.Tests.LinuxUsb;

/// <summary>A C program that prints numbers of the system's headers, "NAME NUMBER" on each line.</summary>
internal static class CProgram
{
    private const string Everything = "USBIP_ALL_TESTS";

    /// <summary>Whether there are a C compiler and these headers. Where all tests are to run (./test.sh), there must be.</summary>
    public static bool CanBeBuilt(params string[] headers)
    {
        string[] needed = ["/usr/bin/cc", .. headers];
        var missing = needed.Where(path => !File.Exists(path)).ToArray();
        if (Environment.GetEnvironmentVariable(Everything) is not null)
        {
            missing.Should().BeEmpty("{0} is set", Everything);
        }

        return missing.Length == 0;
    }

    public static Dictionary<string, long> Numbers(string source)
    {
        var directory = Directory.CreateTempSubdirectory("usbip-layout");
        try
        {
            var file = Path.Combine(directory.FullName, "probe.c");
            var program = Path.Combine(directory.FullName, "probe");
            File.WriteAllText(file, source);
            Run("/usr/bin/cc", "-o", program, file);
            return Run(program).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .ToDictionary(line => line[..line.LastIndexOf(' ')], line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
        return output;
    }
}
