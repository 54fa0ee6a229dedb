using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.Tests.LinuxUsb;

/// <summary>The keyboard that must not be taken from whoever sits at the machine.</summary>
public sealed class KeyboardUseTests : IDisposable
{
    private const string KeyboardKeys = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe\n";
    private const string ButtonKeys = "100000 0 0 0\n";

    private readonly FakeSysfs _sysfs = new();

    public KeyboardUseTests()
    {
        _sysfs.Plug("1-2");
        _sysfs.Plug("1-3");
    }

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void The_only_keyboard_is_in_use()
    {
        _sysfs.AddInput("1-2", "input3", KeyboardKeys);
        _sysfs.AddInput("1-3", "input4", ButtonKeys);

        Use("1-2").Should().Be(("it is the only keyboard of this machine", "plug in another keyboard"));
        Use("1-3").Should().BeNull("it is none");
    }

    [Fact]
    public void One_that_has_two_interfaces_with_keys_is_still_the_only_one()
    {
        _sysfs.AddInput("1-2", "input3", KeyboardKeys);
        _sysfs.AddInput("1-2", "input4", KeyboardKeys);

        Use("1-2").Should().NotBeNull();
    }

    [Fact]
    public void One_of_two_keyboards_is_free()
    {
        _sysfs.AddInput("1-2", "input3", KeyboardKeys);
        _sysfs.AddInput("1-3", "input4", KeyboardKeys);

        Use("1-2").Should().BeNull();
        Use("1-3").Should().BeNull();
    }

    [Fact]
    public void A_keyboard_over_the_network_does_not_replace_it()
    {
        _sysfs.Plug("9-1", controller: "vhci_hcd.0");
        _sysfs.AddInput("1-2", "input3", KeyboardKeys);
        _sysfs.AddInput("9-1", "input4", KeyboardKeys);

        Use("1-2").Should().NotBeNull();
    }

    [Fact]
    public void A_machine_without_input_devices_has_no_keyboard() => new KeyboardUse("/nowhere").Find("/sys/bus/usb/devices/1-2").Should().BeNull();

    private (string What, string Remedy)? Use(string name) =>
        new KeyboardUse(_sysfs.Options.InputRoot).Find(Path.Combine(_sysfs.Root, name)) is { } use ? (use.What, use.Remedy) : null;
}
