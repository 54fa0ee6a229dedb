using System.Diagnostics.CodeAnalysis;
using UsbIp.Client.Vhci;

namespace UsbIp.Client.Tests.Vhci;

[SuppressMessage("Interoperability", "CA1416", Justification = "The client runs where there is a vhci_hcd: on Linux.")]
public sealed class AttachmentRecordsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("records-").FullName;
    private readonly AttachmentRecords _records;

    public AttachmentRecordsTests() => _records = new AttachmentRecords(Path.Combine(_root, "vhci_hcd"));

    private string FileOfPort7 => Path.Combine(_root, "vhci_hcd", "port7");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_record_is_the_stock_tools_line_for_its_owner_only()
    {
        _records.Write(7, new AttachmentRecord("pi", "3240", "1-2"));

        File.ReadAllText(FileOfPort7).Should().Be("pi 3240 1-2\n");
        File.GetUnixFileMode(FileOfPort7).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _records.Read(7).Should().Be(new AttachmentRecord("pi", "3240", "1-2"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("pi\n")]
    [InlineData("pi 3240\n")]
    [InlineData("pi 3240 1-2 more\n")]
    [InlineData("pi 3240 \u001b[2J\n")]
    public void A_file_that_is_no_record_is_none(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FileOfPort7)!);
        File.WriteAllText(FileOfPort7, content);

        _records.Read(7).Should().BeNull();
        _records.Read(8).Should().BeNull();
    }

    [Fact]
    public void Who_comes_late_does_not_remove_the_next_ones_record()
    {
        var mine = _records.Write(7, new AttachmentRecord("pi", "3240", "1-2"));
        _records.Write(7, new AttachmentRecord("nas", "3240", "1-1"));
        File.SetLastWriteTimeUtc(FileOfPort7, mine.AddSeconds(1));

        _records.Remove(7, mine);
        _records.Read(7).Should().NotBeNull();

        _records.Remove(7, _records.Find(7));
        _records.Read(7).Should().BeNull();
    }
}
