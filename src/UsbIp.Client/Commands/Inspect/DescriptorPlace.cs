namespace UsbIp.Client.Commands.Inspect;

/// <summary>Behind what a descriptor stands in its configuration.</summary>
internal enum DescriptorPlace
{
    /// <summary>Before the first interface.</summary>
    Configuration,

    /// <summary>Behind an interface, before its endpoints.</summary>
    Interface,

    Endpoint,
}
