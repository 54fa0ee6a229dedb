namespace UsbIp.Protocol.Descriptors;

/// <summary>bEndpointAddress (USB 2.0, 9.6.6) as the index of a table: the number of the endpoint, and 16 more for IN.</summary>
public static class EndpointAddress
{
    /// <summary>Entries of such a table.</summary>
    public const int SlotCount = 32;

    /// <summary>Below <see cref="SlotCount"/> for every address.</summary>
    public static int ToSlot(byte address) => (address & 0x0F) | ((address & 0x80) >> 3);
}
