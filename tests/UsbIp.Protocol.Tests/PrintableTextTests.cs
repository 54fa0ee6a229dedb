namespace UsbIp.Protocol.Tests;

public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("SanDisk Ultra")]
    [InlineData("Clé USB, Größe 64 GB, 闪存盘 ✓")]
    [InlineData("שלום")]
    [InlineData("")]
    public void Names_of_all_languages_stay_as_they_are(string text) => PrintableText.Of(text).Should().BeSameAs(text);

    [Theory]
    [InlineData("a\u001b[2Jb", "a?[2Jb")] // a terminal's command
    [InlineData("a\r\n<0>b\tc\0", "a??<0>b?c?")] // lines of a log
    [InlineData("\u007f\u0080\u009b2J\u009f", "???2J?")] // DEL, and commands of eight bits
    [InlineData("a\u202eb\u2066c\u2069", "a?b?c?")] // text that runs backwards
    [InlineData("\u200e\u200f\u061c", "???")] // marks of direction
    [InlineData("a\u2028b\u2029", "a?b?")] // lines to some viewers
    public void What_commands_a_terminal_or_turns_a_text_is_replaced(string text, string printable) =>
        PrintableText.Of(text).Should().Be(printable);

    [Fact]
    public void No_control_character_of_any_kind_gets_through()
    {
        var every = new string([.. Enumerable.Range(0, 0x10000).Select(code => (char)code)]);

        PrintableText.Of(every).Should().NotContainAny([.. every.Where(char.IsControl).Select(one => one.ToString())]);
    }
}
