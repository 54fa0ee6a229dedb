namespace UsbIp.Host.Server;

public sealed partial class DeviceRegistry
{
    /// <summary>How many devices are exported, plugged in or not, and how many of them a client holds. Asks no device and not the system.</summary>
    public (int Exported, int Held) Counts
    {
        get
        {
            lock (_gate)
            {
                return (_exports.Count, _exports.Values.Count(export => export.Lease is not null));
            }
        }
    }
}
