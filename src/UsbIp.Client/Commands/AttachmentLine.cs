using System.Text;

namespace UsbIp.Client.Commands;

/// <summary>What the user is told of a new attachment.</summary>
internal static class AttachmentLine
{
    /// <summary>Waits for this machine's kernel, if asked to, and describes what it made of the device.</summary>
    public static AttachmentView View(ClientSettings settings, Attachment attachment, bool wait, CancellationToken stop)
    {
        if (wait)
        {
            attachment.WaitUntilUsable(stop);
        }

        var row = settings.Driver.ReadPort(attachment.Port);
        var device = attachment.Device;
        return Attachments.View(settings, row) with
        {
            Speed = SpeedNames.Short(device.Speed),
            Host = attachment.Host.ToString(),
            RemoteBusId = device.BusId.ToString(),
            RemoteBusNumber = device.BusNumber,
            RemoteDeviceNumber = device.DeviceNumber,
            VendorId = $"{device.VendorId:x4}",
            ProductId = $"{device.ProductId:x4}",
        };
    }

    /// <summary>Such as <c>attached 1-2 "SanDisk Ultra" (0781:5581) as port 00: 5-1, /dev/sda</c>.</summary>
    public static string Format(AttachmentView view)
    {
        var line = new StringBuilder($"attached {view.RemoteBusId}");
        if (view.Product is not null)
        {
            line.Append(null, $" \"{view.Product}\"");
        }

        line.Append(null, $" ({view.VendorId}:{view.ProductId}) as port {view.Port:00}");
        if (view.LocalBusId is not null)
        {
            line.Append(null, $": {string.Join(", ", view.Nodes.Prepend(view.LocalBusId))}");
        }

        return line.ToString();
    }
}
