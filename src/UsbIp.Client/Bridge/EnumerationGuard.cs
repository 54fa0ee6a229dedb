using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Holds a host to what was imported: the device descriptor that it shows to the kernel must name the vendor and product of the import
/// reply, which is what the user chose. A disk that turns into a keyboard while being enumerated never reaches the kernel.
/// </summary>
internal sealed class EnumerationGuard(DeviceRecord device)
{
    private const int VendorOffset = 8;

    /// <summary>Looks at a control reply's data before it is forwarded. Shorter first reads, which end before the ids, pass.</summary>
    /// <exception cref="ProtocolException">The descriptor names another device.</exception>
    public void Check(in SubmitRequest request, ReadOnlySpan<byte> data)
    {
        if (request.Endpoint != 0 || data.Length < VendorOffset + 4 || !request.Setup.IsForDescriptor(DescriptorType.Device))
        {
            return;
        }

        var vendor = (ushort)(data[VendorOffset] | (data[VendorOffset + 1] << 8));
        var product = (ushort)(data[VendorOffset + 2] | (data[VendorOffset + 3] << 8));
        if (vendor != device.VendorId || product != device.ProductId)
        {
            throw new ProtocolException(
                $"RET_SUBMIT seqnum {request.Seqnum}: the device descriptor says {vendor:x4}:{product:x4}, imported was {device.VendorId:x4}:{device.ProductId:x4}.");
        }
    }
}
