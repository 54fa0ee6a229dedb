using System.Buffers;
using System.Text;
using System.Text.Json;
using UsbIp.Host.Control;

namespace UsbIp.Host.Commands;

/// <summary>A status as indented JSON.</summary>
internal static class StatusJson
{
    public static void Write(TextWriter output, HostStatus status)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            JsonSerializer.Serialize(writer, status, ControlJson.Default.HostStatus);
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
