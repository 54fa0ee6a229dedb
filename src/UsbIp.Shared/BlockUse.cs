namespace UsbIp.Shared;

/// <summary>What a machine uses a disk for at this moment, such that data could be lost if it was taken away.</summary>
/// <param name="What">A clause for an error text, such as "sda1 is mounted on /media/stick".</param>
/// <param name="Remedy">The command that ends the use, such as "umount '/media/stick'".</param>
internal sealed record BlockUse(string What, string Remedy);
