using System.Runtime.InteropServices;
using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.Usbfs;

/// <summary>
/// The requests of a device node (kernel: devio.c; uapi/linux/usbdevice_fs.h). Each returns 0 or the errno that refused it. Only
/// <see cref="SubmitUrb"/> and <see cref="TryReap"/> do not wait for the device.
/// </summary>
internal static unsafe class UsbfsRequests
{
    internal static readonly nuint SubmitRequest = Number(Read, 10, sizeof(UsbfsUrb));
    internal static readonly nuint DiscardRequest = Number(None, 11, 0);
    internal static readonly nuint ReapWithoutWaitingRequest = Number(Write, 13, sizeof(nint));
    internal static readonly nuint SetInterfaceRequest = Number(Read, 4, sizeof(UsbfsAlternateSetting));
    internal static readonly nuint SetConfigurationRequest = Number(Read, 5, sizeof(uint));
    internal static readonly nuint ReleaseInterfaceRequest = Number(Read, 16, sizeof(uint));
    internal static readonly nuint ResetRequest = Number(None, 20, 0);
    internal static readonly nuint ClearHaltRequest = Number(Read, 21, sizeof(uint));
    internal static readonly nuint GetCapabilitiesRequest = Number(Read, 26, sizeof(uint));
    internal static readonly nuint DisconnectClaimRequest = Number(Read, 27, sizeof(UsbfsDisconnectClaim));

    private const uint None = 0;
    private const uint Write = 1;
    private const uint Read = 2;

    public static int SubmitUrb(int node, UsbfsUrb* urb) => Call(node, SubmitRequest, urb);

    /// <summary>Ends a URB early, and waits until the host controller has let go of it. EINVAL: it has ended already.</summary>
    public static int DiscardUrb(int node, UsbfsUrb* urb) => Call(node, DiscardRequest, urb);

    /// <summary>Takes the next URB that has ended; false if none has.</summary>
    public static bool TryReap(int node, out UsbfsUrb* urb)
    {
        UsbfsUrb* reaped = null;
        var errno = Call(node, ReapWithoutWaitingRequest, &reaped);
        urb = reaped;
        return errno == 0;
    }

    /// <summary>Detaches the kernel driver that has an interface, if any, and claims it. EBUSY: a program has it.</summary>
    public static int DisconnectClaim(int node, byte interfaceNumber)
    {
        var claim = new UsbfsDisconnectClaim { InterfaceNumber = interfaceNumber, Flags = UsbfsDisconnectClaim.ExceptDriver };
        "usbfs"u8.CopyTo(new Span<byte>(claim.Driver, 256)); // UsbfsNode.DriverName
        return Call(node, DisconnectClaimRequest, &claim);
    }

    public static int ReleaseInterface(int node, uint interfaceNumber) => Call(node, ReleaseInterfaceRequest, &interfaceNumber);

    /// <param name="node">The node's descriptor.</param>
    /// <param name="value">bConfigurationValue, or -1 for none.</param>
    public static int SetConfiguration(int node, int value) => Call(node, SetConfigurationRequest, &value);

    public static int SetInterface(int node, uint interfaceNumber, uint alternateSetting)
    {
        var setting = new UsbfsAlternateSetting { InterfaceNumber = interfaceNumber, AlternateSetting = alternateSetting };
        return Call(node, SetInterfaceRequest, &setting);
    }

    public static int ClearHalt(int node, uint endpointAddress) => Call(node, ClearHaltRequest, &endpointAddress);

    public static int Reset(int node) => Call(node, ResetRequest, null);

    public static int GetCapabilities(int node, out UsbfsCapabilities capabilities)
    {
        var bits = 0u;
        var errno = Call(node, GetCapabilitiesRequest, &bits);
        capabilities = (UsbfsCapabilities)bits;
        return errno;
    }

    private static int Call(int node, nuint request, void* argument) =>
        LinuxNative.Control(node, request, argument) >= 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>_IOC of asm-generic/ioctl.h: direction, size of the argument, 'U', number.</summary>
    private static nuint Number(uint direction, uint number, int size) => (direction << 30) | ((uint)size << 16) | ('U' << 8) | number;
}
