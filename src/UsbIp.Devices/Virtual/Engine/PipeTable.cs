using System.Numerics;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual.Engine;

/// <summary>
/// Which endpoints exist at the moment: those of the configuration and the alternate settings that the host chose. Every pipe that can ever
/// be is made when the device is opened; choosing only swaps them. Under the device's lock.
/// </summary>
internal sealed class PipeTable
{
    private readonly VirtualUsbDevice _device;
    private readonly Dictionary<(byte Configuration, byte Interface, byte Setting), Pipe[]> _pipes = [];
    private readonly Pipe?[] _active = new Pipe?[EndpointAddress.SlotCount];
    private readonly Dictionary<byte, byte> _settings = [];
    private uint _ready;

    public PipeTable(VirtualUsbDevice device, DeviceDefinition definition)
    {
        _device = device;
        foreach (var configuration in definition.Configurations)
        {
            foreach (var setting in configuration.AlternateSettings)
            {
                _pipes[(configuration.Value, setting.Number, setting.AlternateSetting)] =
                    [.. setting.Endpoints.Select(endpoint => CreatePipe(endpoint, definition.Speed))];
            }
        }
    }

    /// <summary>bConfigurationValue; 0: unconfigured.</summary>
    public byte Configuration { get; private set; }

    public Pipe? FindPipe(byte address) => _active[EndpointAddress.ToSlot(address)];

    public VirtualEndpoint? Find(byte address) => FindPipe(address)?.Endpoint;

    /// <summary>The alternate setting in use; null if the configuration has no such interface.</summary>
    public byte? SettingOf(byte number) => _settings.TryGetValue(number, out var setting) ? setting : null;

    /// <summary>False: the device has no such configuration. 0 unconfigures.</summary>
    public bool TryConfigure(byte value)
    {
        if (value != 0 && !_device.Definition.Configurations.Any(configuration => configuration.Value == value))
        {
            return false;
        }

        foreach (var pipe in _active)
        {
            pipe?.Refresh();
        }

        Array.Clear(_active);
        _settings.Clear();
        Configuration = value;
        foreach (var (key, pipes) in _pipes)
        {
            if (key.Configuration == value && key.Setting == 0)
            {
                _settings[key.Interface] = 0;
                Activate(pipes);
            }
        }

        return true;
    }

    /// <summary>False: there is no such interface or setting.</summary>
    public bool TrySetInterface(byte number, byte setting)
    {
        if (!_pipes.TryGetValue((Configuration, number, setting), out var next) || !_settings.TryGetValue(number, out var old))
        {
            return false;
        }

        foreach (var pipe in _pipes[(Configuration, number, old)])
        {
            pipe.Refresh();
            _active[EndpointAddress.ToSlot(pipe.Endpoint.Address)] = null;
        }

        _settings[number] = setting;
        Activate(next);
        return true;
    }

    public void FinishAll(UrbStatus status)
    {
        foreach (var pipe in _active)
        {
            pipe?.FinishAll(status);
        }
    }

    public void MarkReady(Pipe pipe)
    {
        var slot = EndpointAddress.ToSlot(pipe.Endpoint.Address);
        if (_active[slot] == pipe)
        {
            _ready |= 1u << slot;
        }
    }

    /// <summary>Every pipe that waits for the clock looks at it again.</summary>
    public void MarkPaced()
    {
        for (var slot = 0; slot < _active.Length; slot++)
        {
            if (_active[slot] is { Due: < long.MaxValue })
            {
                _ready |= 1u << slot;
            }
        }
    }

    /// <summary>Runs every pipe that has something to do until none has, and returns when the first of them has to run by itself.</summary>
    public long Pump()
    {
        if (_ready == 0)
        {
            return long.MaxValue; // what waits for the clock has told it so before
        }

        while (_ready != 0)
        {
            var slot = BitOperations.TrailingZeroCount(_ready);
            _ready &= ~(1u << slot);
            _active[slot]?.Pump(DeviceClock.Now);
        }

        var due = long.MaxValue;
        foreach (var pipe in _active)
        {
            due = Math.Min(due, pipe?.Due ?? long.MaxValue);
        }

        return due;
    }

    private void Activate(Pipe[] pipes)
    {
        foreach (var pipe in pipes)
        {
            pipe.Refresh();
            _active[EndpointAddress.ToSlot(pipe.Endpoint.Address)] = pipe;
        }
    }

    private Pipe CreatePipe(EndpointDescriptor endpoint, UsbSpeed speed)
    {
        var interval = Interval(endpoint, speed);
        return endpoint.Type == TransferType.Isochronous
            ? new IsoPipe(_device, endpoint, interval)
            : new DataPipe(_device, endpoint, interval);
    }

    /// <summary>USB 2.0, 9.6.6: milliseconds for interrupt endpoints at low and full speed, else a power of two of frames or microframes.</summary>
    private static long Interval(EndpointDescriptor endpoint, UsbSpeed speed)
    {
        if (endpoint.Type == TransferType.Bulk)
        {
            return 0;
        }

        var frame = speed is UsbSpeed.Low or UsbSpeed.Full ? 1000 : 125;
        var exponential = endpoint.Type == TransferType.Isochronous || frame == 125;
        var frames = exponential ? 1L << (Math.Clamp((int)endpoint.Interval, 1, 16) - 1) : Math.Max((byte)1, endpoint.Interval);
        return DeviceClock.Microseconds(frames * frame);
    }
}
