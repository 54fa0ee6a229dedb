namespace UsbIp.Protocol.Descriptors;

/// <summary>bDescriptorType (USB 2.0, table 9-5; USB 3.2, table 9-6).</summary>
public enum DescriptorType : byte
{
    None = 0,
    Device = 1,
    Configuration = 2,
    String = 3,
    Interface = 4,
    Endpoint = 5,
    DeviceQualifier = 6,
    OtherSpeedConfiguration = 7,
    OnTheGo = 9,
    Debug = 10,
    InterfaceAssociation = 11,
    BinaryObjectStore = 15,
    DeviceCapability = 16,
    ClassDevice = 0x21,
    ClassInterface = 0x24,
    ClassEndpoint = 0x25,
    SuperSpeedCompanion = 48,
}
