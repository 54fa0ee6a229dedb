namespace UsbIp.Devices;

/// <summary>What a device's own machine uses it for at this moment, such that data could be lost if it was given away.</summary>
/// <param name="What">A clause for an error text, such as "sda1 is mounted on /media/stick".</param>
/// <param name="Remedy">The command that ends the use, such as "umount /media/stick".</param>
public sealed record DeviceUse(string What, string Remedy);
