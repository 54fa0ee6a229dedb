using System.Buffers.Binary;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Commands;

/// <summary>What the classes of interfaces add. The texts are those of lsusb 014, with which tests/vm/scenarios/inspect.sh compares whole devices.</summary>
public sealed class InspectClassTests : IDisposable
{
    private readonly CommandRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void The_parts_of_a_sound_card_are_printed()
    {
        Inspect("090400000001010000" + "0c240201010100020300" + "0006" + "0d24060201020100020002" + "0007");

        _rig.Result.ToString().Should().Contain(
            """
                  AudioControl Interface Descriptor:
                    bLength                12
                    bDescriptorType        36
                    bDescriptorSubtype      2 (INPUT_TERMINAL)
                    bTerminalID             1
                    wTerminalType      0x0101 USB Streaming
                    bAssocTerminal          0
                    bNrChannels             2
                    wChannelConfig     0x0003
                      Left Front (L)
                      Right Front (R)
                    iChannelNames           0
                    iTerminal               6
                  AudioControl Interface Descriptor:
                    bLength                13
                    bDescriptorType        36
                    bDescriptorSubtype      6 (FEATURE_UNIT)
                    bUnitID                 2
                    bSourceID               1
                    bControlSize            2
                    bmaControls(0)     0x0001
                      Mute Control
                    bmaControls(1)     0x0002
                      Volume Control
                    bmaControls(2)     0x0002
                      Volume Control
                    iFeature                7
            """).And.NotContain("Warning").And.NotContain("UNRECOGNIZED");
    }

    [Theory]
    [InlineData("06240201" + "0101", "Length insufficient for descriptor type.")]
    [InlineData("0a240303" + "010300020809", "Junk at end of descriptor (1 bytes):")]
    public void A_part_that_is_too_short_or_too_long_is_told(string part, string warning)
    {
        Inspect("090400000001010000" + part);

        _rig.Result.ToString().Should().Contain($"      Warning: {warning}\n");
    }

    [Fact]
    public void What_a_stream_carries_is_printed()
    {
        Inspect("090401010101020000" + "07240101000100" + "0b24020102021001" + "80bb00" + "09050105c000010000" + "07250100000000");

        _rig.Result.ToString().Should().Contain(
            """
                    bTerminalLink           1
                    bDelay                  0 frames
                    wFormatTag         0x0001 PCM
            """).And.Contain(
            """
                    bFormatType             1 (FORMAT_TYPE_I)
                    bNrChannels             2
                    bSubframeSize           2
                    bBitResolution         16
                    bSamFreqType            1 Discrete
                    tSamFreq[ 0]        48000
            """).And.Contain(
            """
                    AudioStreaming Endpoint Descriptor:
                      bLength                 7
                      bDescriptorType        37
                      bDescriptorSubtype      1 (EP_GENERAL)
                      bmAttributes         0x00
                      bLockDelayUnits         0 Undefined
                      wLockDelay         0x0000
            """);
    }

    [Fact]
    public void A_report_descriptor_is_asked_for_and_printed()
    {
        Inspect("090400000103010100" + "092111010001221000", "0501" + "0906" + "A101" + "55FD" + "6513" + "8102" + "0AFFFF" + "C0");

        _rig.Result.ToString().Should().Contain(
            """
                    HID Device Descriptor:
                      bLength                 9
                      bDescriptorType        33
                      bcdHID               1.11
                      bCountryCode            0 Not supported
                      bNumDescriptors         1
                      bDescriptorType        34 Report
                      wDescriptorLength      16
                      Report Descriptor: (length is 16)
                        Item(Global): Usage Page, data= [ 0x01 ] 1
                                        Generic Desktop Controls
                        Item(Local ): Usage, data= [ 0x06 ] 6
                                        Keyboard
                        Item(Main  ): Collection, data= [ 0x01 ] 1
                                        Application
                        Item(Global): Unit Exponent, data= [ 0xfd ] 253
                                        Unit Exponent: -3
                        Item(Global): Unit, data= [ 0x13 ] 19
                                        System: English Linear, Unit: Inch
                        Item(Main  ): Input, data= [ 0x02 ] 2
                                        Data Variable Absolute No_Wrap Linear
                                        Preferred_State No_Null_Position Non_Volatile Bitfield
                        Item(Local ): Usage, data= [ 0xff 0xff ] 65535
                                        (null)
                        Item(Main  ): End Collection, data=none
            """);
    }

    [Fact]
    public void Whatever_a_device_says_of_its_classes_never_breaks_the_printer()
    {
        var random = new Random(21);
        byte[] classes = [1, 2, 3, 8, 10];
        for (var round = 0; round < 300; round++)
        {
            var parts = new List<byte> { 9, 4, 0, 0, 1, classes[random.Next(classes.Length)], (byte)random.Next(1, 4), (byte)(random.Next(4) == 0 ? 0x20 : 0), 0 };
            for (var count = random.Next(8); count > 0; count--)
            {
                var part = new byte[random.Next(2, 20)];
                random.NextBytes(part);
                byte[] types = [5, 9, 0x21, 0x24, 0x24, 0x24, 0x25, 48];
                (part[0], part[1]) = ((byte)part.Length, types[random.Next(types.Length)]);
                if (part.Length > 5)
                {
                    part[2] = (byte)random.Next(8);
                    part[5] = (byte)random.Next(4);
                }

                parts.AddRange(part);
            }

            var report = new byte[200];
            random.NextBytes(report);
            Inspect(Convert.ToHexString([.. parts]), Convert.ToHexString(report));
        }
    }

    /// <summary>Inspects a device with one configuration, which holds these descriptors.</summary>
    private void Inspect(string parts, string report = "")
    {
        var body = Convert.FromHexString(parts);
        byte[] configuration = [9, 2, 0, 0, 1, 1, 0, 0x80, 50, .. body];
        BinaryPrimitives.WriteUInt16LittleEndian(configuration.AsSpan(2), (ushort)configuration.Length);
        using var host = FakeHost.Serving([SampleDevices.Stick], (session, _) => Answer(session, configuration, Convert.FromHexString(report)));

        _rig.Run("inspect", host.Address.ToString(), "2-1").Should().Be(ExitCode.Success);
    }

    private static void Answer(RawHost session, byte[] configuration, byte[] report)
    {
        while (session.Receive() is { } request)
        {
            var setup = request.Submit.Setup;
            var data = (setup.RequestType, (DescriptorType)(setup.Value >> 8)) switch
            {
                (0x80, DescriptorType.Device) => Convert.FromHexString("120100020000004081078155000100000001"),
                (0x80, DescriptorType.Configuration) => configuration,
                (0x81, _) => report,
                _ => [],
            };
            if (data.Length == 0)
            {
                session.Reply(request.Seqnum, UrbStatus.Stall);
            }
            else
            {
                session.ReplyWith(request.Seqnum, data.AsSpan(0, Math.Min(data.Length, setup.Length)));
            }
        }
    }
}
