using UsbIp.Protocol.Selection;

namespace UsbIp.Protocol.Tests.Selection;

public sealed class DeviceSelectorTests
{
    private static readonly DeviceTraits Stick = new()
    {
        BusId = BusId.Parse("1-2.3"),
        VendorId = 0x0781,
        ProductId = 0x5581,
        Classes = [0x00, 0x08],
        SerialNumber = "4C53ab",
        Product = "Cruzer Ultra Fit",
        Aliases = ["backup", "stick"],
    };

    private static readonly DeviceTraits Twin = Stick with { BusId = BusId.Parse("2-1"), Aliases = [] };

    private static readonly DeviceTraits Keyboard = new() { BusId = BusId.Parse("1-2"), VendorId = 0x046d, ProductId = 0xc31c, Classes = [0x00, 0x03] };

    [Theory]
    [InlineData("1-2.3", SelectorKind.Name)]
    [InlineData("backup", SelectorKind.Name)]
    [InlineData("port:1-2.3", SelectorKind.Port)]
    [InlineData("0781:5581", SelectorKind.Id)]
    [InlineData("serial:4c53AB", SelectorKind.Serial)]
    [InlineData("serial:\"4C53ab\"", SelectorKind.Serial)]
    [InlineData("class:storage", SelectorKind.Class)]
    [InlineData("class:08", SelectorKind.Class)]
    [InlineData("class:0x8", SelectorKind.Class)]
    [InlineData("product:*ultra*", SelectorKind.Product)]
    [InlineData("product:\"Cruzer*\"", SelectorKind.Product)]
    [InlineData("product:\"Cruzer Ultra Fi?\"", SelectorKind.Product)]
    public void Each_form_selects_the_device_that_it_describes_and_no_other(string text, SelectorKind kind)
    {
        var selector = DeviceSelector.Parse(text);

        selector.Kind.Should().Be(kind);
        selector.Matches(Stick).Should().BeTrue();
        selector.Matches(Keyboard).Should().BeFalse();
    }

    [Theory]
    [InlineData("1-2")]
    [InlineData("port:1-2")]
    [InlineData("stic")]
    [InlineData("0781:5580")]
    [InlineData("serial:4C53")]
    [InlineData("class:hid")]
    [InlineData("product:Cruzer")]
    public void A_part_of_what_a_device_has_does_not_select_it(string text) => DeviceSelector.Parse(text).Matches(Stick).Should().BeFalse();

    [Theory]
    [InlineData("", "'' names no device: a busid or an alias is 1 to 31 printable characters without spaces or slashes.")]
    [InlineData("my stick", "'my stick' names no device: a busid or an alias is 1 to 31 printable characters without spaces or slashes.")]
    [InlineData("port:stick", "'port:stick' names no port: it has the form port:BUS-PORT[.PORT]..., such as port:1-2.3.")]
    [InlineData("serial:", "'serial:' selects no device: a selector is*")]
    [InlineData("0781:558", "'0781:558' selects no device: a selector is*")]
    [InlineData("class:toaster", "'class:toaster' names no class: it is a number such as class:08, or one of audio,*")]
    [InlineData("color:red", "'color:red' selects no device: a selector is*")]
    public void What_is_no_selector_is_told_what_one_is(string text, string sentence)
    {
        var parsed = DeviceSelector.TryParse(text, out _, out var problem);

        parsed.Should().BeFalse();
        problem.Should().Match(sentence);
    }

    [Fact]
    public void The_only_device_is_the_one()
    {
        var selection = Among("backup");

        selection.Single.Should().Be(Stick);
        selection.Problem.Should().BeNull();
    }

    [Fact]
    public void Several_devices_are_listed_and_none_is_chosen()
    {
        var selection = Among("class:storage");

        selection.Single.Should().BeNull();
        selection.Problem.Should().Be(
            "2 devices are 'class:storage': 1-2.3 (0781:5581 Cruzer Ultra Fit, serial 4C53ab); 2-1 (0781:5581 Cruzer Ultra Fit, serial 4C53ab).");
    }

    [Fact]
    public void A_serial_number_that_two_devices_have_names_neither()
    {
        var selection = Among("serial:4C53ab");

        selection.Single.Should().BeNull();
        selection.Problem.Should().StartWith("2 devices have the serial number of 'serial:4C53ab', so it names none of them: 1-2.3 (");
    }

    [Fact]
    public void What_a_device_calls_itself_commands_no_terminal()
    {
        var hostile = Stick with { Product = "\u001b[2J", SerialNumber = "a\nb" };

        hostile.ToString().Should().Be("1-2.3 (0781:5581 ?[2J, serial a?b)");
    }

    private static SelectedDevices<DeviceTraits> Among(string text) => DeviceSelector.Parse(text).Among([Stick, Keyboard, Twin], device => device);
}
