namespace UsbIp.Host.Service;

/// <summary>The command by which root lets the service open a device that it has exported and may not open.</summary>
internal static class NodeGrant
{
    /// <summary>
    /// By its serial number where it has one that shell and udev take as it is, which gives away no other device; else by VENDOR:PRODUCT.
    /// </summary>
    /// <param name="vendorId">Four hexadecimal digits.</param>
    /// <param name="productId">Four hexadecimal digits.</param>
    /// <param name="serial">Its serial number; null if it has none.</param>
    public static string CommandFor(string vendorId, string productId, string? serial) =>
        $"sudo usbip-host access grant {(IsPlain(serial) ? $"serial:{serial}" : $"{vendorId}:{productId}")}";

    private static bool IsPlain(string? serial) =>
        serial is { Length: > 0 } && serial.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');
}
