using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>What a special request does.</summary>
public enum SpecialRequestKind
{
    /// <summary>Not special: the device gets it as it is.</summary>
    None,

    ClearHalt,
    SetInterface,
    SetConfiguration,
    PortReset,

    /// <summary>SET_ADDRESS belongs to the host's own USB core: answered, never forwarded.</summary>
    SetAddress,
}

/// <summary>
/// A control request that changes what the host's system knows of the device (toggles, alternate settings, claims), so that it goes
/// through the system's own call instead of to the device (kernel: drivers/usb/usbip/stub_rx.c, tweak_special_requests).
/// </summary>
public readonly record struct SpecialRequest(SpecialRequestKind Kind, byte Value = 0, byte Index = 0)
{
    private const ushort FeatureEndpointHalt = 0;
    private const ushort FeaturePortReset = 4;

    public bool IsNone => Kind == SpecialRequestKind.None;

    public static SpecialRequest From(in SetupPacket setup) => (setup.RequestType, setup.Request) switch
    {
        // Halting or clearing endpoint 0 is between the driver and the device; usb_clear_halt knows no endpoint 0.
        (0x02, 0x01) when setup.Value == FeatureEndpointHalt && (setup.Index & 0x0F) != 0 =>
            new(SpecialRequestKind.ClearHalt, Index: (byte)(setup.Index & 0x8F)),
        (0x01, 0x0B) => new(SpecialRequestKind.SetInterface, (byte)(setup.Value & 0xFF), (byte)(setup.Index & 0xFF)),
        (0x00, 0x09) => new(SpecialRequestKind.SetConfiguration, (byte)(setup.Value & 0xFF)),
        (0x23, 0x03) when setup.Value == FeaturePortReset => new(SpecialRequestKind.PortReset),
        (0x00, 0x05) => new(SpecialRequestKind.SetAddress),
        _ => default,
    };
}
