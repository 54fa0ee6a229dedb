using UsbIp.Devices;

namespace UsbIp.Host.Control;

/// <summary>The names of USB's classes (usb.org, Defined Class Codes).</summary>
internal static class ClassNames
{
    /// <summary>The device's class, or those of its interfaces, in their order and without doubles, where the device refers to them.</summary>
    public static IReadOnlyList<string> Of(UsbDeviceInfo info)
    {
        if (info.Descriptor.DeviceClass is not (0x00 or 0xEF) || info.Active is not { AlternateSettings.Count: > 0 } configuration)
        {
            return [Name(info.Descriptor.DeviceClass)];
        }

        return [.. configuration.AlternateSettings.Select(setting => Name(setting.Class)).Distinct()];
    }

    private static string Name(byte code) => code switch
    {
        0x00 => "Per Interface",
        0x01 => "Audio",
        0x02 => "Communications",
        0x03 => "HID",
        0x05 => "Physical",
        0x06 => "Image",
        0x07 => "Printer",
        0x08 => "Mass Storage",
        0x09 => "Hub",
        0x0A => "CDC Data",
        0x0B => "Smart Card",
        0x0D => "Content Security",
        0x0E => "Video",
        0x0F => "Personal Healthcare",
        0x10 => "Audio/Video",
        0x11 => "Billboard",
        0x12 => "Type-C Bridge",
        0xDC => "Diagnostic",
        0xE0 => "Wireless",
        0xEF => "Miscellaneous",
        0xFE => "Application Specific",
        0xFF => "Vendor Specific",
        _ => $"Class 0x{code:x2}",
    };
}
