using System.Buffers.Binary;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual.Engine;

/// <summary>
/// The control endpoint: chapter 9 of the USB specification, and the device's own code for the rest. Each request is answered at once, so that
/// they complete in order. What makes no sense is stalled, which on this endpoint the next request ends. Under the device's lock.
/// </summary>
internal sealed class StandardRequests(VirtualUsbDevice device, DeviceDefinition definition)
{
    private const byte TypeMask = 0x60;
    private const byte RecipientMask = 0x1F;

    // bmRequestType and bRequest in one number (USB 2.0, table 9-3; USB 3.2, table 9-4).
    private const int ClearDeviceFeature = 0x0001;
    private const int ClearInterfaceFeature = 0x0101;
    private const int ClearEndpointFeature = 0x0201;
    private const int SetDeviceFeature = 0x0003;
    private const int SetInterfaceFeature = 0x0103;
    private const int SetEndpointFeature = 0x0203;
    private const int GetDeviceStatus = 0x8000;
    private const int GetInterfaceStatus = 0x8100;
    private const int GetEndpointStatus = 0x8200;
    private const int SetAddress = 0x0005;
    private const int GetDescriptor = 0x8006;
    private const int GetConfigurationRequest = 0x8008;
    private const int SetConfigurationRequest = 0x0009;
    private const int GetInterfaceRequest = 0x810A;
    private const int SetInterfaceRequest = 0x010B;
    private const int SetSystemExitLatency = 0x0030;
    private const int SetIsochronousDelay = 0x0031;

    private const ushort RemoteWakeup = 1;
    private const ushort U1Enable = 48;
    private const ushort LatencyToleranceEnable = 50;

    private readonly DescriptorReader _descriptors = new(definition);
    private bool _remoteWakeup;

    /// <summary>Runs a control transfer to its end.</summary>
    public UrbStatus Run(UsbTransfer transfer, out int count)
    {
        var setup = transfer.Setup;
        var isIn = setup.IsIn && setup.Length > 0;
        count = 0;
        if (setup.Length > 0 && isIn != ((transfer.EndpointAddress & 0x80) != 0))
        {
            return UrbStatus.Stall; // the data stage goes the other way than the setup packet says
        }

        var data = transfer.Data[..Math.Min(transfer.Length, setup.Length)];
        if (isIn)
        {
            data.Clear();
        }

        var reply = Answer(setup, data);
        count = isIn ? Math.Min(reply.Count, data.Length) : reply.IsStall ? 0 : data.Length;
        return reply.IsStall ? UrbStatus.Stall : UrbStatus.Ok;
    }

    public bool SetConfiguration(byte value)
    {
        if (!device.Endpoints.TryConfigure(value))
        {
            return false;
        }

        device.Code.Tell(code => code.OnConfigured(value));
        return true;
    }

    public bool SetInterface(byte number, byte alternateSetting)
    {
        if (!device.Endpoints.TrySetInterface(number, alternateSetting))
        {
            return false;
        }

        device.Code.Tell(code => code.OnInterface(number, alternateSetting));
        return true;
    }

    public bool ClearHalt(byte endpointAddress)
    {
        if (device.Endpoints.FindPipe(endpointAddress) is not { } pipe)
        {
            return (endpointAddress & 0x0F) == 0; // endpoint 0 is never halted
        }

        pipe.ClearHalt();
        return true;
    }

    /// <summary>A bus reset, and the configuration that was there before it.</summary>
    public bool Reset()
    {
        _remoteWakeup = false;
        device.Code.Tell(code => code.OnReset());
        return device.Endpoints.TryConfigure(definition.Configurations[0].Value);
    }

    private ControlReply Answer(SetupPacket setup, Span<byte> data)
    {
        var reply = (setup.RequestType & TypeMask) == 0 ? Standard(setup, data) : null;
        return reply ?? device.Code.Control(setup, data);
    }

    /// <summary>Null: it is the device's own code to answer, if it can.</summary>
    private ControlReply? Standard(SetupPacket setup, Span<byte> data) => ((setup.RequestType << 8) | setup.Request) switch
    {
        GetDescriptor => _descriptors.Read(setup, data),
        GetDeviceStatus => Status((IsSelfPowered ? 1 : 0) | (_remoteWakeup ? 2 : 0), data),
        GetInterfaceStatus => HasInterface(setup.Index) ? Status(0, data) : ControlReply.Stall,
        GetEndpointStatus => EndpointStatus(Low(setup.Index), data),
        ClearDeviceFeature => DeviceFeature(setup.Value, on: false),
        SetDeviceFeature => DeviceFeature(setup.Value, on: true),
        ClearInterfaceFeature or SetInterfaceFeature => InterfaceFeature(setup),
        ClearEndpointFeature => setup.Value == 0 ? Result(ClearHalt(Low(setup.Index))) : ControlReply.Stall,
        SetEndpointFeature => setup.Value == 0 ? Result(SetHalt(Low(setup.Index))) : ControlReply.Stall,
        SetAddress => Result(setup.Value <= 127),
        GetConfigurationRequest => ControlReply.Data([device.Endpoints.Configuration], data),
        SetConfigurationRequest => Result(setup.Value <= 255 && SetConfiguration((byte)setup.Value)),
        GetInterfaceRequest => HasInterface(setup.Index)
            ? ControlReply.Data([device.Endpoints.SettingOf((byte)setup.Index)!.Value], data)
            : ControlReply.Stall,
        SetInterfaceRequest => Result(setup is { Index: <= 255, Value: <= 255 } && SetInterface((byte)setup.Index, (byte)setup.Value)),
        SetSystemExitLatency or SetIsochronousDelay => Result(definition.IsSuperSpeed),
        _ when (setup.RequestType & RecipientMask) == 0 => ControlReply.Stall,
        _ => null,
    };

    private bool IsSelfPowered => (Attributes & 0x40) != 0;

    private byte Attributes
    {
        get
        {
            foreach (var configuration in definition.Configurations)
            {
                if (configuration.Value == device.Endpoints.Configuration)
                {
                    return configuration.Attributes;
                }
            }

            return definition.Configurations[0].Attributes;
        }
    }

    private bool HasInterface(ushort number) => number <= 255 && device.Endpoints.SettingOf((byte)number) is not null;

    private bool SetHalt(byte address)
    {
        if (device.Endpoints.FindPipe(address) is not { Endpoint.Type: TransferType.Bulk or TransferType.Interrupt } pipe)
        {
            return false;
        }

        pipe.Halt(wedge: false);
        return true;
    }

    private ControlReply EndpointStatus(byte address, Span<byte> data) => device.Endpoints.FindPipe(address) switch
    {
        { } pipe => Status(pipe.IsHalted ? 1 : 0, data),
        null when (address & 0x0F) == 0 => Status(0, data),
        null => ControlReply.Stall,
    };

    private ControlReply DeviceFeature(ushort feature, bool on)
    {
        if (feature == RemoteWakeup && (Attributes & 0x20) != 0)
        {
            _remoteWakeup = on;
            return ControlReply.Done;
        }

        return Result(definition.IsSuperSpeed && feature is >= U1Enable and <= LatencyToleranceEnable);
    }

    /// <summary>FUNCTION_SUSPEND is all that there is, and SuperSpeed alone has it; its low byte names the interface.</summary>
    private ControlReply InterfaceFeature(SetupPacket setup) =>
        Result(definition.IsSuperSpeed && setup.Value == 0 && HasInterface(Low(setup.Index)));

    private static ControlReply Status(int bits, Span<byte> data)
    {
        Span<byte> status = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(status, (ushort)bits);
        return ControlReply.Data(status, data);
    }

    /// <summary>The byte that counts, where the other one is reserved: what a device does not look at, it does not refuse.</summary>
    private static byte Low(ushort field) => (byte)(field & 0xFF);

    private static ControlReply Result(bool done) => done ? ControlReply.Done : ControlReply.Stall;
}
