using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>
/// Which <see cref="AheadPolicy"/> the endpoints of an interface get: known classes and adapters whose drivers are known to read like that, and no others.
/// </summary>
internal sealed class AheadChoice(PendingUrbs pending, KernelEnd kernel, DeviceRecord device, BridgeOptions options)
{
    private const byte CommunicationClass = 0x02;
    private const byte HidClass = 0x03;
    private const byte StorageClass = 0x08;
    private const byte CommunicationDataClass = 0x0A;
    private const byte TransparentScsi = 0x06;
    private const byte BulkOnlyProtocol = 0x50;

    /// <summary>Each endpoint that gets one; those of a disk share theirs.</summary>
    /// <param name="setting">The interface in its setting.</param>
    /// <param name="pipeOf">The pipe of an IN endpoint.</param>
    public IEnumerable<(EndpointDescriptor Endpoint, AheadPolicy Policy)> For(InterfaceDescriptor setting, Func<EndpointDescriptor, AheadPipe> pipeOf)
    {
        var inputs = setting.Endpoints.Where(endpoint => endpoint.IsIn).ToArray();
        switch (setting)
        {
            case { Class: StorageClass, SubClass: TransparentScsi, Protocol: BulkOnlyProtocol } when inputs.Length == 1 && setting.Endpoints.Count == 2:
                var isOrdered = options.Promised.HasFlag(Extensions.BulkOnlyOrder);
                var stages = new BulkOnlyStages(pipeOf(inputs[0]), setting.Number, pending, kernel, (byte)(inputs[0].Address & 0x0F), isOrdered);
                return setting.Endpoints.Select(endpoint => (endpoint, (AheadPolicy)stages));
            case { Class: HidClass or CommunicationClass or CommunicationDataClass }:
                return inputs.Where(endpoint => endpoint.Type is TransferType.Interrupt or TransferType.Bulk)
                    .Select(endpoint => (endpoint, (AheadPolicy)new RepeatedReads(pipeOf(endpoint), setting.Number, endpoint.Type == TransferType.Bulk)));
            case var _ when SerialAdapters.Has(device, setting):
                return inputs.Where(endpoint => endpoint.Type == TransferType.Bulk)
                    .Select(endpoint => (endpoint, (AheadPolicy)new RepeatedReads(pipeOf(endpoint), setting.Number, isBulk: true, isForQueues: true)));
            default:
                return [];
        }
    }
}
