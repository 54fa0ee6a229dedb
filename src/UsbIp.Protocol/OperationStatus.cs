namespace UsbIp.Protocol;

/// <summary>The status of an operation reply (kernel: enum op_common_status, ST_*).</summary>
public enum OperationStatus : uint
{
    /// <summary>ST_OK: done.</summary>
    Ok = 0,

    /// <summary>ST_NA: refused or failed, with no better reason.</summary>
    NotAvailable = 1,

    /// <summary>ST_DEV_BUSY: another client holds the device.</summary>
    DeviceBusy = 2,

    /// <summary>ST_DEV_ERR: the device is in an error state.</summary>
    DeviceError = 3,

    /// <summary>ST_NODEV: no such device is exported.</summary>
    NoDevice = 4,

    /// <summary>ST_ERROR: an unexpected reply.</summary>
    Error = 5,
}
