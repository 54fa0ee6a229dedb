namespace UsbIp.Protocol;

/// <summary>The devid of the URB phase: bus number in the upper, device number in the lower 16 bits.</summary>
public readonly record struct DeviceId(uint Value)
{
    /// <summary>Both numbers must be 1..255: stock <c>usbip attach</c> keeps only 8 bits of each.</summary>
    public DeviceId(uint busNumber, uint deviceNumber)
        : this((busNumber << 16) | (deviceNumber & 0xFFFF))
    {
    }

    public uint BusNumber => Value >> 16;

    public uint DeviceNumber => Value & 0xFFFF;

    public override string ToString() => $"{Value:x8}";
}
