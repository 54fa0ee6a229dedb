using UsbIp.Protocol;

namespace UsbIp.Host.Control;

/// <summary>Busids as users write them, for the devices of this machine.</summary>
internal static class BusIdText
{
    /// <exception cref="CommandException">The text is no busid of a Linux machine.</exception>
    public static BusId Parse(string text)
    {
        if (BusId.TryParse(text, out var busId) && busId.IsBusPortPath)
        {
            return busId;
        }

        throw new CommandException(
            ExitCode.Usage,
            $"'{text}' is not a busid: it has the form BUS-PORT[.PORT]..., such as 1-2 or 3-1.4.",
            "usbip-host list, which shows the busid of every device");
    }
}
