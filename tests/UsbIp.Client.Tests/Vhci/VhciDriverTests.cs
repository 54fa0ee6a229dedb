using System.Globalization;
using UsbIp.Client.Interop;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Client.Vhci;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Vhci;

public sealed class VhciDriverTests : IDisposable
{
    private readonly FakeVhci _kernel = new();
    private readonly SocketPair _pair = SocketPair.Create();

    public void Dispose()
    {
        _pair.Dispose();
        _kernel.Dispose();
    }

    [Theory]
    [InlineData(UsbSpeed.High, 0)]
    [InlineData(UsbSpeed.Full, 0)]
    [InlineData(UsbSpeed.Super, 2)]
    public void A_device_goes_to_the_first_free_port_of_its_hub(UsbSpeed speed, int expected)
    {
        var port = Attach(speed);

        port.Should().Be(expected);
        _kernel.Attached.Should().Equal(string.Create(
            CultureInfo.InvariantCulture, $"{expected} {_pair.KernelEnd.SafeHandle.DangerousGetHandle()} {0x00010002} {(int)speed}"));
    }

    [Fact]
    public void A_port_that_somebody_else_takes_first_is_left_to_them()
    {
        _kernel.Contested.Add(0);

        Attach(UsbSpeed.High).Should().Be(1);
    }

    [Theory]
    [InlineData(UsbSpeed.High, 0, 1)]
    [InlineData(UsbSpeed.Super, 2, 3)]
    [InlineData(UsbSpeed.High, 2, 0)]
    public void A_port_whose_last_device_the_kernel_has_not_unplugged_yet_is_passed_over(UsbSpeed speed, int lingering, int expected)
    {
        _kernel.Linger(lingering);

        Attach(speed).Should().Be(expected);
    }

    [Fact]
    public async Task Where_every_free_port_has_its_last_device_the_first_to_lose_it_is_taken()
    {
        _kernel.Linger(0);
        var leaving = _kernel.Linger(1);

        var attached = Task.Run(() => Attach(UsbSpeed.High));
        Directory.Delete(leaving);

        (await attached).Should().Be(1);
    }

    [Fact]
    public async Task A_port_counts_as_let_go_of_when_its_device_is_gone_too()
    {
        var leaving = _kernel.Linger(0);

        var free = Task.Run(() => _kernel.Driver.WaitUntilFree(0, null, TimeSpan.FromMinutes(1)));
        (await Task.WhenAny(free, Task.Delay(200))).Should().NotBe(free, "its device is still there"); // that nothing happens has no event
        Directory.Delete(leaving);

        (await free).Should().BeTrue();
    }

    [Fact]
    public async Task A_port_that_has_the_next_device_was_let_go_of()
    {
        var number = Path.Combine(_kernel.Linger(0), "devnum");
        File.WriteAllText(number, "7\n");
        _kernel.Occupy(0, "6 003 00010002 5-1");
        var detached = _kernel.Driver.FindDevice(0);

        var free = Task.Run(() => _kernel.Driver.WaitUntilFree(0, detached, TimeSpan.FromMinutes(1)));
        (await Task.WhenAny(free, Task.Delay(200))).Should().NotBe(free, "its device is still there"); // that nothing happens has no event
        File.WriteAllText(number, "8\n");

        (await free).Should().BeTrue("a client that waited has the port now");
    }

    [Fact]
    public void A_controller_that_is_not_ready_is_waited_for()
    {
        _kernel.NotReady = 2;

        Attach(UsbSpeed.High).Should().Be(0);
    }

    [Fact]
    public void With_every_port_taken_there_is_no_free_port()
    {
        _kernel.Occupy(0, "6 003 00010002 5-1");
        _kernel.Contested.Add(1);

        var error = AttachFails(UsbSpeed.High);

        error.ExitCode.Should().Be(ExitCode.NoFreePort);
        error.Message.Should().Be("All 2 high-speed ports of vhci_hcd are in use.");
    }

    [Fact]
    public void Without_the_module_the_hint_is_how_to_load_it()
    {
        Directory.Delete(_kernel.Driver.Directory, recursive: true);

        var error = AttachFails(UsbSpeed.High);

        error.ExitCode.Should().Be(ExitCode.KernelModule);
        error.Message.Should().StartWith("The kernel module vhci_hcd is not loaded:");
        error.Hint.Should().EndWith("modprobe vhci_hcd");
    }

    [Fact]
    public void Without_the_right_to_attach_the_file_is_named()
    {
        _kernel.Refusal = new UnauthorizedAccessException();

        var error = AttachFails(UsbSpeed.High);

        error.ExitCode.Should().Be(ExitCode.Permission);
        error.Message.Should().Be($"This user may not write {_kernel.Driver.Directory}/attach.");
    }

    [Fact]
    public void Another_refusal_of_the_kernel_is_passed_on()
    {
        _kernel.Refusal = new IOException("Invalid argument", 22);

        var error = AttachFails(UsbSpeed.High);

        error.ExitCode.Should().Be(ExitCode.KernelModule);
        error.Message.Should().Be("vhci_hcd refused to attach devid 00010002 at speed 3 to port 0: Invalid argument");
    }

    [Fact]
    public void A_free_port_cannot_be_detached()
    {
        var detach = () => _kernel.Driver.Detach(1);

        detach.Should().Throw<CommandException>().Which.Message.Should().Be("Nothing is attached to port 01.");
    }

    [Fact]
    public void An_attribute_is_written_as_it_is()
    {
        var driver = new VhciDriver(_kernel.Driver.Directory);
        var detach = Path.Combine(driver.Directory, "detach");
        File.WriteAllText(detach, "");

        driver.Detach(12);

        File.ReadAllText(detach).Should().Be("12\n");
    }

    [Fact]
    public void Several_controllers_make_one_list()
    {
        File.WriteAllText(Path.Combine(_kernel.Driver.Directory, "status.1"), "hs  0004 004 000 00000000 000000 0-0\n");

        _kernel.Driver.ReadPorts().Select(port => port.Number).Should().Equal(0, 1, 2, 3, 4);
    }

    private int Attach(UsbSpeed speed) => _kernel.Driver.Attach(_pair.KernelEnd, new DeviceId(1, 2), speed);

    private CommandException AttachFails(UsbSpeed speed)
    {
        var attach = () => Attach(speed);
        return attach.Should().Throw<CommandException>().Which;
    }
}
