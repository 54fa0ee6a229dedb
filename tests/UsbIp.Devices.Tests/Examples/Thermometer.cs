using System.Buffers.Binary;
using UsbIp.Devices.Virtual;
using UsbIp.Protocol;

namespace UsbIp.Devices.Tests.Examples;

/// <summary>A thermometer: tells the temperature on an interrupt endpoint when it changes, and takes its unit by a vendor request.</summary>
public sealed class Thermometer() : VirtualDevice(
    new DeviceBuilder(UsbSpeed.Full, vendorId: 0x1209, productId: 0x0001)
        .Names("Example Ltd", "Thermometer", "T-0001")
        .Interface(interfaceClass: 0xFF)
        .InterruptIn(number: 1, packetSize: 4, interval: 10)
        .Build())
{
    private const byte SetUnit = 1;
    private const byte VendorOut = 0x40;

    private bool _isFahrenheit;

    /// <summary>The world's side: any thread says how warm it is. False: no host has the thermometer.</summary>
    public bool Measure(double celsius) => TryRun(() =>
    {
        Span<byte> report = stackalloc byte[4];
        var value = _isFahrenheit ? (celsius * 9 / 5) + 32 : celsius;
        BinaryPrimitives.WriteInt32LittleEndian(report, (int)Math.Round(value * 100));
        _ = Endpoint(0x81).TrySend(report); // a full queue drops the measurement: a newer one will come
    });

    protected override ControlReply OnControl(SetupPacket setup, Span<byte> data)
    {
        if (setup is not { RequestType: VendorOut, Request: SetUnit, Value: <= 1 })
        {
            return ControlReply.Stall;
        }

        _isFahrenheit = setup.Value == 1;
        return ControlReply.Done;
    }

    protected override void OnReset() => _isFahrenheit = false;
}
