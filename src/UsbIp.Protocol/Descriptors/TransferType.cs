namespace UsbIp.Protocol.Descriptors;

/// <summary>How an endpoint transfers: the lowest two bits of bmAttributes (USB 2.0, 9.6.6).</summary>
public enum TransferType : byte
{
    Control = 0,
    Isochronous = 1,
    Bulk = 2,
    Interrupt = 3,
}
