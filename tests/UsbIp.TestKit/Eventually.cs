using System.Diagnostics;

namespace UsbIp.TestKit;

/// <summary>Waits for what no event announces, such as a thread of the product having got somewhere. Fails loudly, with a name.</summary>
public static class Eventually
{
    public static void Holds(Func<bool> condition, string what, int seconds = 20)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
            {
                throw new TimeoutException($"Waited {seconds} s in vain for {what}.");
            }

            Thread.Yield();
        }
    }
}
