using System.Diagnostics;

namespace UsbIp.TestKit;

/// <summary>Files that are read when somebody writes them: an attribute whose reading takes until the test says so.</summary>
public static class Fifo
{
    /// <summary>Makes one.</summary>
    public static void Make(string path)
    {
        using var made = Process.Start("mkfifo", path);
        made.WaitForExit();
    }
}
