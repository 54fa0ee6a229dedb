namespace UsbIp.Client.Commands.Inspect;

/// <summary>What decides how the descriptors are read that belong to an interface: its number, and its class.</summary>
internal readonly record struct InterfaceIdentity(byte Number, byte Class, byte SubClass, byte Protocol);
