using System.Buffers.Binary;
using System.Text;
using UsbIp.Protocol;

namespace UsbIp.Client.Remote;

/// <summary>What answered where a USB/IP server of this version was expected.</summary>
internal static class ForeignAnswer
{
    /// <param name="address">Who answered.</param>
    /// <param name="bytes">How the answer begins: at least four bytes.</param>
    public static string Describe(HostAddress address, ReadOnlySpan<byte> bytes)
    {
        if (!bytes[..4].ContainsAnyExceptInRange((byte)0x20, (byte)0x7E))
        {
            return $"{address} does not speak USB/IP: its answer begins with '{Encoding.ASCII.GetString(bytes[..4])}'.";
        }

        if (bytes[0] is 0x15 or 0x16 && bytes[1] == 3)
        {
            return $"{address} speaks TLS; this version of usbip-client speaks plain USB/IP only.";
        }

        return $"{address} speaks USB/IP version 0x{BinaryPrimitives.ReadUInt16BigEndian(bytes):x4}; "
            + $"this program speaks 0x{ProtocolConstants.Version:x4} (1.1.1).";
    }
}
