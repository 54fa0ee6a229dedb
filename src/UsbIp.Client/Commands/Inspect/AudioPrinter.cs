using System.Globalization;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>Prints what version 1 of the audio class adds (USB Audio 1.0, 4.3 to 4.6): the parts of a sound card, and what its streams carry.</summary>
internal sealed class AudioPrinter(FieldWriter writer, UsbNames names, Func<byte, string> stringOf)
{
    private const byte Control = 1;
    private const byte Streaming = 2;
    private const byte FirstOtherVersion = 0x20;
    private const int SubtypeEnd = 3;

    private static readonly string[] Channels =
    [
        "Left Front (L)", "Right Front (R)", "Center Front (C)", "Low Frequency Enhancement (LFE)", "Left Surround (LS)", "Right Surround (RS)",
        "Left of Center (LC)", "Right of Center (RC)", "Surround (S)", "Side Left (SL)", "Side Right (SR)", "Top (T)",
    ];

    private static readonly string[] Controls =
        ["Mute", "Volume", "Bass", "Mid", "Treble", "Graphic Equalizer", "Automatic Gain", "Delay", "Bass Boost", "Loudness"];

    private static readonly string?[] EndpointControls =
        ["Sampling Frequency", "Pitch", "Audio Data Format Control", null, null, null, null, "MaxPacketsOnly"];

    private static readonly string[] LockDelayUnits = ["Undefined", "Milliseconds", "Decoded PCM samples"];

    /// <returns>False if it is of a kind that is not known here; nothing is printed then.</returns>
    public bool TryPrint(InterfaceIdentity of, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SubtypeEnd || of.Protocol >= FirstOtherVersion)
        {
            return false;
        }

        return (of.SubClass, (DescriptorType)bytes[1], bytes[2]) switch
        {
            (Control, DescriptorType.ClassInterface, >= 1 and <= 6) => PrintControl(bytes),
            (Streaming, DescriptorType.ClassInterface, 1) => PrintGeneral(bytes),
            (Streaming, DescriptorType.ClassInterface, 2) => TryPrintFormat(bytes),
            (Streaming, DescriptorType.ClassEndpoint, 1) => PrintEndpoint(bytes),
            _ => false,
        };
    }

    private bool PrintControl(ReadOnlySpan<byte> bytes)
    {
        string[] kinds = ["HEADER", "INPUT_TERMINAL", "OUTPUT_TERMINAL", "MIXER_UNIT", "SELECTOR_UNIT", "FEATURE_UNIT"];
        Start(6, "AudioControl Interface Descriptor:", bytes, kinds[bytes[2] - 1]);
        var fields = new AudioFields(writer, stringOf, 8, bytes[SubtypeEnd..]);
        switch (bytes[2])
        {
            case 1:
                fields.Release("bcdADC");
                fields.Word("wTotalLength");
                fields.Number("bInCollection");
                fields.Numbers("baInterfaceNr", fields.LeftBefore(0));
                break;
            case 2:
                fields.Number("bTerminalID");
                fields.Word("wTerminalType", names.AudioTerminal);
                fields.Number("bAssocTerminal");
                PrintCluster(ref fields);
                fields.Text("iTerminal");
                break;
            case 3:
                fields.Number("bTerminalID");
                fields.Word("wTerminalType", names.AudioTerminal);
                fields.Number("bAssocTerminal");
                fields.Number("bSourceID");
                fields.Text("iTerminal");
                break;
            case 4:
                PrintMixer(ref fields);
                break;
            case 5:
                fields.Number("bUnitID");
                fields.Numbers("baSourceID", fields.Number("bNrInPins"));
                fields.Text("iSelector");
                break;
            default:
                PrintFeatures(ref fields);
                break;
        }

        fields.End();
        return true;
    }

    private static void PrintCluster(ref AudioFields fields)
    {
        fields.Number("bNrChannels");
        fields.Bits("wChannelConfig", 2, Channels);
        fields.Text("iChannelNames");
    }

    private static void PrintMixer(ref AudioFields fields)
    {
        fields.Number("bUnitID");
        fields.Numbers("baSourceID", fields.Number("bNrInPins"));
        PrintCluster(ref fields);
        for (int index = 0, count = fields.LeftBefore(1); index < count; index++)
        {
            fields.Bits($"bmControls({index})", 1, []);
        }

        fields.Text("iMixer");
    }

    /// <summary>For the whole, and then for each channel, what can be changed.</summary>
    private static void PrintFeatures(ref AudioFields fields)
    {
        fields.Number("bUnitID");
        fields.Number("bSourceID");
        var size = fields.Number("bControlSize");
        for (int index = 0, count = size == 0 ? 0 : fields.LeftBefore(1) / size; index < count; index++)
        {
            fields.Bits($"bmaControls({index})", size, Controls, " Control");
        }

        fields.Text("iFeature");
    }

    private bool PrintGeneral(ReadOnlySpan<byte> bytes)
    {
        Start(6, "AudioStreaming Interface Descriptor:", bytes, "AS_GENERAL");
        var fields = new AudioFields(writer, stringOf, 8, bytes[SubtypeEnd..]);
        fields.Number("bTerminalLink");
        fields.Number("bDelay", "frames");
        fields.Word("wFormatTag", FormatOf);
        fields.End();
        return true;
    }

    private bool PrintEndpoint(ReadOnlySpan<byte> bytes)
    {
        Start(8, "AudioStreaming Endpoint Descriptor:", bytes, "EP_GENERAL");
        var fields = new AudioFields(writer, stringOf, 10, bytes[SubtypeEnd..]);
        fields.Bits("bmAttributes", 1, EndpointControls);
        fields.Choice("bLockDelayUnits", LockDelayUnits);
        fields.Word("wLockDelay");
        fields.End();
        return true;
    }

    /// <summary>Samples of type I, such as PCM, and of type III, which look like them (USB Audio Data Formats 1.0, 2.2.5).</summary>
    private bool TryPrintFormat(ReadOnlySpan<byte> bytes)
    {
        const int Fixed = 8;
        const int Frequency = 3;
        if (bytes.Length < Fixed || bytes[3] is not (1 or 3) || bytes.Length < Fixed + (Frequency * (bytes[7] == 0 ? 2 : bytes[7])))
        {
            return false;
        }

        Start(6, "AudioStreaming Interface Descriptor:", bytes, "FORMAT_TYPE");
        writer.Number(8, "bFormatType", bytes[3], bytes[3] == 1 ? "(FORMAT_TYPE_I)" : "(FORMAT_TYPE_III)");
        writer.Number(8, "bNrChannels", bytes[4]);
        writer.Number(8, "bSubframeSize", bytes[5]);
        writer.Number(8, "bBitResolution", bytes[6]);
        writer.Number(8, "bSamFreqType", bytes[7], bytes[7] == 0 ? "Continuous" : "Discrete");
        string[] bounds = ["tLowerSamFreq", "tUpperSamFreq"];
        for (var index = 0; index < (bytes[7] == 0 ? 2 : bytes[7]); index++)
        {
            var at = bytes[(Fixed + (index * Frequency))..];
            var name = bytes[7] == 0 ? bounds[index] : string.Create(CultureInfo.InvariantCulture, $"tSamFreq[{index,2}]");
            writer.Number(8, name, at[0] | (at[1] << 8) | (at[2] << 16));
        }

        return true;
    }

    /// <summary>wFormatTag (USB Audio Data Formats 1.0, A.1).</summary>
    private static string FormatOf(ushort tag)
    {
        string[] one = ["TYPE_I_UNDEFINED", "PCM", "PCM8", "IEEE_FLOAT", "ALAW", "MULAW"];
        string[] two = ["TYPE_II_UNDEFINED", "MPEG", "AC-3"];
        string[] three =
        [
            "TYPE_III_UNDEFINED", "IEC1937_AC-3", "IEC1937_MPEG-1_Layer1", "IEC1937_MPEG-Layer2/3/NOEXT", "IEC1937_MPEG-2_EXT",
            "IEC1937_MPEG-2_Layer1_LS", "IEC1937_MPEG-2_Layer2/3_LS",
        ];
        var formats = (tag >> 12) switch { 0 => one, 1 => two, 2 => three, _ => [] };
        return (tag & 0xFFF) < formats.Length ? formats[tag & 0xFFF] : "undefined";
    }

    private void Start(int indent, string title, ReadOnlySpan<byte> bytes, string subtype)
    {
        writer.Line(indent, title);
        writer.Start(indent + 2, bytes);
        writer.Number(indent + 2, "bDescriptorSubtype", bytes[2], $"({subtype})");
    }
}
