using System.Collections.Concurrent;
using System.CommandLine;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Commands;
using UsbIp.Client.Remote;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Commands;

/// <summary>Whether this machine gives an attached device to another client that wants it.</summary>
public sealed class KeepReasonTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CommandRig _rig = new();
    private readonly string _proc;

    public KeepReasonTests()
    {
        _proc = Path.Combine(_rig.Kernel.Root, "proc");
        _rig.Settings = _rig.Settings with { Proc = _proc };
        WriteProc("self/mountinfo", "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n");
    }

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_device_that_is_not_attached_yet_may_go() => new KeepReason(_rig.Settings, new AttachedPort(_rig.Settings), isHeld: false).Find().Should().BeNull();

    [Fact]
    public void A_disk_that_only_lies_there_may_go()
    {
        var kept = Attach("9-9");

        kept.Find().Should().BeNull();
    }

    [Fact]
    public void A_disk_that_is_mounted_here_stays_until_it_is_not()
    {
        var kept = Attach("9-9");

        WriteProc("self/mountinfo", "40 22 8:16 / /mnt rw,nosuid shared:9 - vfat /dev/sdb rw\n");
        kept.Find().Should().Be("sdb is mounted on /mnt");
        WriteProc("self/mountinfo", "");
        kept.Find().Should().BeNull();
    }

    [Fact]
    public void A_disk_that_is_swap_here_stays()
    {
        var kept = Attach("9-9");

        WriteProc("swaps", "Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n/dev/sdb                                partition\t999\t0\t-2\n");

        kept.Find().Should().Be("sdb is used as swap");
    }

    [Fact]
    public void What_another_device_is_used_for_keeps_nothing()
    {
        var kept = Attach("9-9");
        _rig.Kernel.Plug("9-8");
        AddDisk("9-8", "sdc", "8:32");

        WriteProc("self/mountinfo", "40 22 8:32 / /mnt rw,nosuid shared:9 - vfat /dev/sdc rw\n");

        kept.Find().Should().BeNull();
    }

    [Fact]
    public void A_device_that_its_user_holds_stays_whatever_it_is_used_for() =>
        new KeepReason(_rig.Settings, new AttachedPort(_rig.Settings), isHeld: true).Find().Should().Be("its user keeps it (--hold)");

    [Fact]
    public void Without_the_kernel_module_there_is_nothing_to_keep()
    {
        var kept = Attach("9-9");
        File.Delete(Path.Combine(_rig.Kernel.Root, "vhci_hcd.0", "status"));

        kept.Find().Should().BeNull();
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "its user keeps it (--hold)")]
    public void An_attachment_offers_to_be_asked_and_answers(bool hold, string? reason)
    {
        using var answers = new BlockingCollection<(uint Seqnum, string? Reason)>();
        using var host = FakeHost.Conversing((stream, _) => AskOnce(stream, answers));

        using var attachment = Attachment.Open(
            _rig.Settings, host.Address, BusId.Parse("2-1"), NullLogger.Instance, readAhead: false, CancellationToken.None, new ImportWish { Hold = hold });

        answers.TryTake(out var answer, Patience).Should().BeTrue();
        answer.Should().Be((1u, reason));
    }

    [Theory]
    [InlineData("--hold", true)]
    [InlineData("--take-over", false)]
    public void The_wish_to_hold_a_device_reaches_the_bridge_and_its_import(string word, bool hold)
    {
        var option = new WaitOption();
        var command = new Command("attach") { option.Wait, option.TakeOver, option.Hold };
        var plain = new AttachRequest(HostAddress.Parse("pi"), DeviceSelector.Parse("2-1"), LogFile: null, Wait: true, ReadAhead: true, IsDebug: false);

        var request = option.Apply(command.Parse([word]), plain);
        var words = new List<string>();
        WaitOption.Write(request, words);

        words.Should().Equal(word);
        request.WishWith(_ => { }).Hold.Should().Be(hold);
    }

    private static void AskOnce(NetworkStream stream, BlockingCollection<(uint Seqnum, string? Reason)> answers)
    {
        var body = new byte[ImportRequest.Size - OperationHeader.Size];
        stream.ReadExactly(body);
        var reply = new byte[ImportReply.Size];
        ImportReply.WriteGrant(reply, SampleDevices.StickRecord);
        ExtensionTail.WriteAnswer(reply.AsSpan(OperationHeader.Size, ProtocolConstants.PathFieldSize), ImportRequest.ReadBody(body).Offered & Extensions.GiveWay);
        stream.Write(reply);
        using var host = new RawHost(stream.Socket);
        host.Ask(1, "192.168.1.9:51000");
        answers.Add(host.ReceiveAnswer());
        host.ReceiveUntilClosed();
    }

    /// <summary>A disk on a port, and what decides about it.</summary>
    private KeepReason Attach(string busId)
    {
        _rig.Kernel.Plug(busId);
        AddDisk(busId, "sdb", "8:16");
        _rig.Kernel.Occupy(1, $"6 003 00010009 {busId}");
        var port = new AttachedPort(_rig.Settings);
        port.Is(1);
        return new KeepReason(_rig.Settings, port, isHeld: false);
    }

    private void AddDisk(string busId, string name, string numbers)
    {
        var disk = Path.Combine(_rig.Kernel.Sysfs, "bus/usb/devices", busId, busId + ":1.0", "host0/block", name);
        Directory.CreateDirectory(disk);
        File.WriteAllText(Path.Combine(disk, "dev"), numbers + "\n");
        var list = Directory.CreateDirectory(Path.Combine(_rig.Kernel.Sysfs, "class/block")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(list, name), disk);
    }

    private void WriteProc(string path, string content)
    {
        var file = Path.Combine(_proc, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}
