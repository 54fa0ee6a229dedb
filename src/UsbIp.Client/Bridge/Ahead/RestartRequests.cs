using UsbIp.Protocol;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>The control requests with which a driver has an endpoint, or a disk, begin anew.</summary>
internal static class RestartRequests
{
    private const byte ClassInterfaceOut = 0x21;
    private const byte BulkOnlyReset = 0xFF;
    private const byte EndpointOut = 0x02;
    private const byte ClearFeature = 1;
    private const ushort EndpointHalt = 0;
    private const ushort In = 0x80;

    /// <summary>The interface of a disk that is reset (USB Mass Storage Class, Bulk-Only Transport 1.0, 3.1); null if the request is another.</summary>
    public static byte? BulkOnlyResetOf(in SetupPacket setup) =>
        setup is { RequestType: ClassInterfaceOut, Request: BulkOnlyReset } ? (byte)setup.Index : null;

    /// <summary>
    /// The address of an IN endpoint whose halt is cleared (CLEAR_FEATURE of ENDPOINT_HALT; USB 2.0, 9.4.5); null if the request is another. While reads
    /// are posted, the controller does not begin anew with it (drivers/usb/host/xhci.c, xhci_endpoint_reset), but the device does, and its next packet
    /// would be taken for one that came twice.
    /// </summary>
    public static byte? HaltClearedOf(in SetupPacket setup) =>
        setup is { RequestType: EndpointOut, Request: ClearFeature, Value: EndpointHalt, Length: 0 } && (setup.Index & In) != 0
            ? (byte)(setup.Index & 0x8F)
            : null;
}
