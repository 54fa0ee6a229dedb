using System.Globalization;
using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Devices.Virtual.Storage;
using UsbIp.Protocol;

namespace UsbIp.Devices.Virtual;

/// <summary>Makes the built-in devices from what a user writes behind <c>--virtual</c>: KIND, or KIND:OPTIONS.</summary>
public static class VirtualDeviceSpec
{
    private const string Kinds = "disk:SIZE, disk:PATH, keyboard, serial and zero";

    /// <summary>A device that is ready to be added to a <see cref="VirtualUsbBackend"/>; the caller owns it.</summary>
    /// <exception cref="UsbException">The text names no device, or its disk image cannot be opened. Message and hint are for the user.</exception>
    public static VirtualDevice Parse(string spec)
    {
        var colon = spec.IndexOf(':', StringComparison.Ordinal);
        var kind = colon < 0 ? spec : spec[..colon];
        var options = colon < 0 ? "" : spec[(colon + 1)..];
        return kind switch
        {
            "disk" => Disk(spec, options),
            "zero" => Zero(spec, options),
            "keyboard" => options.Length == 0 ? new VirtualKeyboard() : throw NoOptions(spec, kind, options),
            "serial" => options.Length == 0 ? new VirtualSerial() : throw NoOptions(spec, kind, options),
            _ => throw Refusal($"--virtual {spec}: '{kind}' is not a kind of virtual device.", $"The kinds are {Kinds}."),
        };
    }

    private static VirtualDisk Disk(string spec, string options)
    {
        var parts = options.Split(',');
        var isReadOnly = false;
        var isSynchronous = false;
        foreach (var option in parts[1..])
        {
            switch (option)
            {
                case "ro":
                    isReadOnly = true;
                    break;
                case "sync":
                    isSynchronous = true;
                    break;
                default:
                    throw Refusal($"--virtual {spec}: '{option}' is not an option of a disk.", "The options of a disk are ro and sync.");
            }
        }

        if (parts[0].Length == 0)
        {
            throw Refusal($"--virtual {spec}: a disk needs a size or the path of an image.", "For example disk:64M, or disk:/var/lib/stick.img");
        }

        if (!LooksLikeSize(parts[0]))
        {
            return new VirtualDisk(new FileDiskImage(parts[0], isReadOnly, isSynchronous));
        }

        return parts.Length == 1
            ? new VirtualDisk(new MemoryDiskImage(Size(spec, parts[0])))
            : throw Refusal($"--virtual {spec}: '{parts[1]}' is for disk images; a disk in memory has no options.", "For example disk:64M");
    }

    private static VirtualZero Zero(string spec, string options)
    {
        var speed = UsbSpeed.High;
        var isNumbered = false;
        foreach (var option in options.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (option)
            {
                case "full":
                    speed = UsbSpeed.Full;
                    break;
                case "high":
                    speed = UsbSpeed.High;
                    break;
                case "super":
                    speed = UsbSpeed.Super;
                    break;
                case "numbered":
                    isNumbered = true;
                    break;
                default:
                    throw Refusal(
                        $"--virtual {spec}: '{option}' is not an option of the zero device.", "Its options are full, high, super and numbered.");
            }
        }

        return new VirtualZero(speed, isNumbered);
    }

    /// <summary>Digits in front and no file of that name: a size, perhaps a wrong one.</summary>
    private static bool LooksLikeSize(string text) => char.IsAsciiDigit(text[0]) && !text.Contains('/', StringComparison.Ordinal) && !File.Exists(text);

    private static long Size(string spec, string text)
    {
        var shift = text[^1] switch
        {
            'K' or 'k' => 10,
            'M' or 'm' => 20,
            'G' or 'g' => 30,
            _ => 0,
        };
        var digits = shift == 0 ? text : text[..^1];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            throw Refusal($"--virtual {spec}: '{text}' is not a size.", "A size is a number with K, M or G behind it, such as 64M; an image is a path, such as ./64M.");
        }

        if (count < 1 || count > MemoryDiskImage.MaxLength >> shift || (count << shift) % DiskImage.BlockSize != 0)
        {
            throw Refusal(
                $"--virtual {spec}: the size {text} is not a multiple of {DiskImage.BlockSize} bytes between {DiskImage.BlockSize} and 1024G.",
                "For example disk:64M");
        }

        return count << shift;
    }

    private static UsbException NoOptions(string spec, string kind, string options) =>
        Refusal($"--virtual {spec}: the {kind} has no options, so '{options}' says nothing.", $"Write --virtual {kind}");

    private static UsbException Refusal(string message, string hint) => new(UsbFailure.Other, message, hint);
}
