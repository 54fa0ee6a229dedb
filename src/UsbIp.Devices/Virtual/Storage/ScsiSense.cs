namespace UsbIp.Devices.Virtual.Storage;

/// <summary>Why a SCSI command was refused (SPC-4, 4.5): sense key, additional sense code and its qualifier.</summary>
internal readonly record struct ScsiSense(byte Key, byte Code, byte Qualifier)
{
    public const int Size = 18;

    public static ScsiSense None => default;

    public static ScsiSense MediumNotPresent => new(0x02, 0x3A, 0x00);

    public static ScsiSense WriteError => new(0x03, 0x0C, 0x00);

    public static ScsiSense ReadError => new(0x03, 0x11, 0x00);

    public static ScsiSense UnknownCommand => new(0x05, 0x20, 0x00);

    public static ScsiSense BlockOutOfRange => new(0x05, 0x21, 0x00);

    public static ScsiSense InvalidField => new(0x05, 0x24, 0x00);

    public static ScsiSense NoSuchUnit => new(0x05, 0x25, 0x00);

    public static ScsiSense RemovalPrevented => new(0x05, 0x53, 0x02);

    public static ScsiSense WriteProtected => new(0x07, 0x27, 0x00);

    /// <summary>Fixed format, current error.</summary>
    public int Write(Span<byte> bytes)
    {
        bytes[..Size].Clear();
        bytes[0] = 0x70;
        bytes[2] = Key;
        bytes[7] = Size - 8;
        bytes[12] = Code;
        bytes[13] = Qualifier;
        return Size;
    }
}
