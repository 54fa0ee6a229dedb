using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>
/// The names of classes as <c>lsusb</c> has them. It takes them from udev's database, which leaves out those entries of usb.ids that say nothing
/// (systemd: hwdb.d/ids_parser.py).
/// </summary>
internal sealed class ClassNames(UsbNames names)
{
    public string? Class(byte code) => Telling(names.Class(code));

    public string? SubClass(byte code, byte subClass) => Telling(names.SubClass(code, subClass));

    public string? Protocol(byte code, byte subClass, byte protocol) => Telling(names.Protocol(code, subClass, protocol));

    private static string? Telling(string? name) =>
        name is "(Defined at Interface level)" or "None" or "No Subclass" or "Unused" or "Undefined" or "?" ? null : name;
}
