using System.Diagnostics.CodeAnalysis;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// The "descriptors" file of a device in sysfs: its device descriptor, then each configuration. The kernel drops descriptors that it could
/// not parse but leaves wTotalLength as the device sent it, so configurations are found by walking bLength (as libusb does), not by it.
/// </summary>
internal static class DescriptorFile
{
    /// <summary>kernel: USB_MAXCONFIG.</summary>
    private const int MaxConfigurations = 8;

    /// <summary>False without a whole device descriptor. Configurations that cannot be read are left out.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out DeviceDescriptor? device,
        out IReadOnlyList<ConfigurationDescriptor> configurations)
    {
        var found = new List<ConfigurationDescriptor>();
        configurations = found;
        if (!DeviceDescriptor.TryRead(bytes, out device))
        {
            return false;
        }

        bytes = bytes[DeviceDescriptor.Size..];
        while (found.Count < MaxConfigurations && ConfigurationDescriptor.TryRead(bytes, out _))
        {
            var length = LengthOfConfiguration(bytes);
            if (ConfigurationDescriptor.TryRead(bytes[..length], out var configuration))
            {
                found.Add(configuration);
            }

            bytes = bytes[length..];
        }

        return true;
    }

    /// <summary>Up to the next configuration descriptor, or the end.</summary>
    private static int LengthOfConfiguration(ReadOnlySpan<byte> bytes)
    {
        int offset = bytes[0];
        while (offset + 2 <= bytes.Length && bytes[offset] >= 2 && bytes[offset + 1] != (byte)DescriptorType.Configuration)
        {
            offset += bytes[offset];
        }

        return Math.Min(offset, bytes.Length);
    }
}
