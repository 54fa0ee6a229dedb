using System.Runtime.InteropServices;

namespace UsbIp.Host.LibUsb;

/// <summary>libusb-1.0, 1.0.24 or later: imports, nothing else. The names are those of libusb.h.</summary>
internal static unsafe partial class LibUsbNative
{
    /// <summary>With the version: the file without it comes with the development package only.</summary>
    public const string Library = "libusb-1.0.so.0";

    /// <summary>LIBUSB_OPTION_NO_DEVICE_DISCOVERY (in 1.0.24: WEAK_AUTHORITY): no scan, no udev, devices come as open descriptors.</summary>
    public const int OptionNoDeviceDiscovery = 2;

    [LibraryImport(Library, EntryPoint = "libusb_get_version")]
    public static partial NativeVersion* GetVersion();

    /// <summary>Variadic in C; called without variable arguments, which every ABI of Linux passes like a plain call.</summary>
    [LibraryImport(Library, EntryPoint = "libusb_set_option")]
    public static partial LibUsbError SetOption(nint context, int option);

    [LibraryImport(Library, EntryPoint = "libusb_init")]
    public static partial LibUsbError Init(out nint context);

    [LibraryImport(Library, EntryPoint = "libusb_exit")]
    public static partial void Exit(nint context);

    [LibraryImport(Library, EntryPoint = "libusb_wrap_sys_device")]
    public static partial LibUsbError WrapSysDevice(nint context, nint descriptor, out nint device);

    [LibraryImport(Library, EntryPoint = "libusb_close")]
    public static partial void Close(nint device);

    [LibraryImport(Library, EntryPoint = "libusb_set_configuration")]
    public static partial LibUsbError SetConfiguration(nint device, int configuration);

    [LibraryImport(Library, EntryPoint = "libusb_claim_interface")]
    public static partial LibUsbError ClaimInterface(nint device, int number);

    [LibraryImport(Library, EntryPoint = "libusb_release_interface")]
    public static partial LibUsbError ReleaseInterface(nint device, int number);

    [LibraryImport(Library, EntryPoint = "libusb_set_auto_detach_kernel_driver")]
    public static partial LibUsbError SetAutoDetachKernelDriver(nint device, int enable);

    [LibraryImport(Library, EntryPoint = "libusb_set_interface_alt_setting")]
    public static partial LibUsbError SetInterfaceAltSetting(nint device, int number, int alternateSetting);

    [LibraryImport(Library, EntryPoint = "libusb_clear_halt")]
    public static partial LibUsbError ClearHalt(nint device, byte endpoint);

    [LibraryImport(Library, EntryPoint = "libusb_reset_device")]
    public static partial LibUsbError ResetDevice(nint device);

    [LibraryImport(Library, EntryPoint = "libusb_alloc_transfer")]
    public static partial NativeTransfer* AllocTransfer(int isoPackets);

    [LibraryImport(Library, EntryPoint = "libusb_free_transfer")]
    public static partial void FreeTransfer(NativeTransfer* transfer);

    [LibraryImport(Library, EntryPoint = "libusb_submit_transfer")]
    public static partial LibUsbError SubmitTransfer(NativeTransfer* transfer);

    [LibraryImport(Library, EntryPoint = "libusb_cancel_transfer")]
    public static partial LibUsbError CancelTransfer(NativeTransfer* transfer);

    [LibraryImport(Library, EntryPoint = "libusb_handle_events_timeout_completed")]
    public static partial LibUsbError HandleEventsTimeoutCompleted(nint context, NativeTimeValue* timeout, int* completed);

    [LibraryImport(Library, EntryPoint = "libusb_interrupt_event_handler")]
    public static partial void InterruptEventHandler(nint context);
}
