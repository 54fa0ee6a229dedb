using System.Globalization;

namespace UsbIp.Devices.Virtual.BuiltIn;

/// <summary>
/// Serial numbers for devices that nobody named. They count, so that the same command line gives the same device the same number each time,
/// and udev its same name.
/// </summary>
internal static class SerialNumbers
{
    private static int _last;

    /// <summary>At least 12 hexadecimal digits, as the mass storage class wants, behind the prefix.</summary>
    public static string Next(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{Interlocked.Increment(ref _last):X12}");
}
