using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using UsbIp.Client.Interop;
using UsbIp.Client.Persist;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Persist;

/// <summary>The directory of the service's user, which root reads: nothing that lies there may hold root up or have it end what is not the service's.</summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "The client runs where there is a vhci_hcd: on Linux.")]
public sealed class KeptStatesTests : IDisposable
{
    private static readonly uint Self = ProcessOwner.Find(Environment.ProcessId)!.Value;

    private readonly string _directory = Directory.CreateTempSubdirectory("kept-").FullName;
    private readonly List<FileStream> _locks = [];

    public void Dispose()
    {
        _locks.ForEach(held => held.Dispose());
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void What_the_service_keeps_is_read_with_texts_that_no_terminal_obeys()
    {
        Write("kept-1-a.json", State with { Host = "pi\u001b[2J:3240", WaitsFor = "gone\nfor good" });

        var state = KeptStates.ReadDirectory(_directory, Self).Should().ContainSingle().Which;

        state.Host.Should().Be("pi?[2J:3240");
        state.WaitsFor.Should().Be("gone?for good");
    }

    [Fact]
    public void A_file_of_another_user_is_none()
    {
        Write("kept-1-a.json", State);

        KeptStates.ReadDirectory(_directory, Self + 1).Should().BeEmpty();
    }

    [Fact]
    public void A_process_of_another_user_or_none_at_all_is_not_the_services()
    {
        using var ended = Process.Start("true");
        ended.WaitForExit();
        Write("kept-1-a.json", State with { ProcessId = ended.Id });
        Write("kept-1-b.json", State with { ProcessId = 0 });
        Write("kept-1-c.json", State with { ProcessId = -1 });

        KeptStates.ReadDirectory(_directory, Self).Should().BeEmpty();
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("link")]
    [InlineData("device")]
    [InlineData("directory")]
    [InlineData("huge")]
    [InlineData("garbage")]
    [InlineData("null")]
    [InlineData("empty")]
    public async Task What_is_no_state_file_is_left_out_and_waited_for_by_nobody(string kind)
    {
        Write("kept-1-good.json", State);
        Place(kind, "kept-1-bad.json");
        Lock("kept-1-bad.json.lock");
        Place(kind, "kept-1-worse.json.lock");
        await File.WriteAllBytesAsync(
            Path.Combine(_directory, "kept-1-worse.json"), JsonSerializer.SerializeToUtf8Bytes(State with { Device = "unlocked" }, KeptJson.Default.KeptState));

        var read = await Task.Run(() => KeptStates.ReadDirectory(_directory, Self)).WaitAsync(TimeSpan.FromSeconds(20));

        read.Should().ContainSingle().Which.Device.Should().Be(State.Device);
    }

    private static KeptState State => new(Environment.ProcessId, "pi:3240", "1-2", "1-2", 3, null, DateTimeOffset.UnixEpoch);

    private void Write(string name, KeptState state)
    {
        Lock(name + ".lock");
        File.WriteAllBytes(Path.Combine(_directory, name), JsonSerializer.SerializeToUtf8Bytes(state, KeptJson.Default.KeptState));
    }

    private void Lock(string name) => _locks.Add(new FileStream(Path.Combine(_directory, name), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));

    private void Place(string kind, string name)
    {
        var path = Path.Combine(_directory, name);
        switch (kind)
        {
            case "fifo":
                Fifo.Make(path);
                break;
            case "link":
                File.CreateSymbolicLink(path, Path.Combine(_directory, name.EndsWith(".lock", StringComparison.Ordinal) ? "kept-1-good.json.lock" : "kept-1-good.json"));
                break;
            case "device":
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            case "directory":
                Directory.CreateDirectory(path);
                break;
            case "huge":
                File.WriteAllBytes(path, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(State with { Device = new string('d', 70_000) }, KeptJson.Default.KeptState)));
                break;
            default:
                File.WriteAllText(path, kind switch { "garbage" => "{\"processId\":", "null" => "null", _ => "" });
                break;
        }
    }
}
