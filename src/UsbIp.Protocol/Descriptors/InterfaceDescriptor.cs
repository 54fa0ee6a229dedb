namespace UsbIp.Protocol.Descriptors;

/// <summary>One alternate setting of one interface (USB 2.0, 9.6.5) with its endpoints.</summary>
public sealed record InterfaceDescriptor(
    byte Number,
    byte AlternateSetting,
    byte Class,
    byte SubClass,
    byte Protocol,
    byte NameIndex,
    IReadOnlyList<EndpointDescriptor> Endpoints);
