using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace UsbIp.Architecture.Tests;

/// <summary>The rooms of docs/architecture.md and the arrows between them.</summary>
public sealed class RoomTests
{
    /// <summary>Where memory is handled by address, each with its reason.</summary>
    private static readonly string[] UnsafeRooms =
    [
        "src/UsbIp.Host/LibUsb/", // libusb's structures and callbacks
        "src/UsbIp.Host/Usbfs/", // the kernel's structures
        "src/UsbIp.Host/LinuxUsb/", // system calls on device nodes and the kernel's events
        "src/UsbIp.Host/Interop/", // system calls
        "src/UsbIp.Host/Session/ReplyBatch.cs", // the vectors of a send over the transfers' own memory
        "src/UsbIp.Client/Interop/", // system calls
        "src/UsbIp.Client/Bridge/", // its buffers
        "src/UsbIp.Devices/NativeBuffer.cs", // what libusb fills and the socket sends
    ];

    [Theory]
    [InlineData("UsbIp.Protocol")]
    [InlineData("UsbIp.Devices", "UsbIp.Protocol")]
    [InlineData("UsbIp.Host", "UsbIp.Devices")]
    [InlineData("UsbIp.Client", "UsbIp.Protocol")]
    public void Arrows_between_the_projects_point_one_way(string project, params string[] allowed)
    {
        var references = XDocument.Parse(SourceTree.Text($"src/{project}/{project}.csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

        references.Should().BeSubsetOf(allowed);
    }

    [Theory]
    [InlineData("src/UsbIp.Host/LinuxUsb/", "UsbIp.Host.Server", "UsbIp.Host.Session", "UsbIp.Host.Control", "UsbIp.Host.Commands", "UsbIp.Host.LibUsb", "UsbIp.Host.Usbfs")]
    [InlineData("src/UsbIp.Host/LibUsb/", "UsbIp.Host.Server", "UsbIp.Host.Session", "UsbIp.Host.Control", "UsbIp.Host.Commands", "UsbIp.Host.Usbfs")]
    [InlineData("src/UsbIp.Host/Usbfs/", "UsbIp.Host.Server", "UsbIp.Host.Session", "UsbIp.Host.Control", "UsbIp.Host.Commands", "UsbIp.Host.LibUsb")]
    [InlineData("src/UsbIp.Host/Session/", "UsbIp.Host.Server", "UsbIp.Host.LinuxUsb", "UsbIp.Host.LibUsb", "UsbIp.Host.Usbfs", "UsbIp.Host.Control", "UsbIp.Host.Commands")]
    [InlineData("src/UsbIp.Host/Server/", "UsbIp.Host.LinuxUsb", "UsbIp.Host.LibUsb", "UsbIp.Host.Usbfs", "UsbIp.Host.Control", "UsbIp.Host.Commands")]
    [InlineData("src/UsbIp.Host/Rules/", "UsbIp.Host.Server", "UsbIp.Host.Session", "UsbIp.Host.LinuxUsb", "UsbIp.Host.Configuration", "UsbIp.Host.Control", "UsbIp.Host.Commands")]
    [InlineData("src/UsbIp.Host/Configuration/", "UsbIp.Host.Server", "UsbIp.Host.Session", "UsbIp.Host.LinuxUsb", "UsbIp.Host.Control", "UsbIp.Host.Commands")]
    [InlineData("src/UsbIp.Host/Control/", "UsbIp.Host.LinuxUsb", "UsbIp.Host.LibUsb", "UsbIp.Host.Usbfs", "UsbIp.Host.Session", "UsbIp.Host.Commands")]
    [InlineData("src/UsbIp.Client/Bridge/", "UsbIp.Client.Remote", "UsbIp.Client.Vhci", "UsbIp.Client.Commands")]
    [InlineData("src/UsbIp.Client/Vhci/", "UsbIp.Client.Remote", "UsbIp.Client.Bridge", "UsbIp.Client.Commands")]
    [InlineData("src/UsbIp.Client/Remote/", "UsbIp.Client.Vhci", "UsbIp.Client.Bridge", "UsbIp.Client.Commands")]
    public void A_room_does_not_know_the_rooms_above_and_beside_it(string room, params string[] unknown)
    {
        var looks = from file in SourceTree.Product
                    where file.IsIn(room)
                    from name in file.Nodes<NameSyntax>()
                    where unknown.Contains(name.ToString())
                    select $"{file.At(name)} names {name}";

        looks.Should().BeEmpty();
    }

    [Fact]
    public void The_protocol_knows_no_socket_no_log_and_no_clock()
    {
        string[] refused = ["System.Net", "System.Net.Sockets", "Microsoft.Extensions.Logging", "DateTime", "DateTimeOffset", "Stopwatch", "TimeProvider"];

        NamesIn("src/UsbIp.Protocol/", refused).Should().BeEmpty();
    }

    [Fact]
    public void Backends_are_behind_their_seam()
    {
        var outside = from file in SourceTree.Product
                      where !file.IsIn("src/UsbIp.Host/LibUsb/", "src/UsbIp.Host/Usbfs/", "src/UsbIp.Host/Program.cs")
                      from name in file.Nodes<IdentifierNameSyntax>()
                      where name.Identifier.Text is "LibUsbBackend" or "UsbfsBackend"
                      select file.At(name);

        outside.Should().BeEmpty("only Program.cs composes the backends");
    }

    [Fact]
    public void Memory_is_handled_by_address_in_few_rooms_only()
    {
        var outside = from file in SourceTree.Product
                      where !file.IsIn(UnsafeRooms)
                      from token in file.Syntax.DescendantTokens()
                      where token.IsKind(SyntaxKind.UnsafeKeyword)
                      select file.At(token);

        outside.Should().BeEmpty();
    }

    [Fact]
    public void Native_functions_are_declared_with_generated_marshalling()
    {
        var declared = from file in SourceTree.All
                       from attribute in file.Nodes<AttributeSyntax>()
                       where attribute.Name.ToString() is "DllImport" or "System.Runtime.InteropServices.DllImport"
                       select file.At(attribute);

        declared.Should().BeEmpty();
    }

    [Fact]
    public void There_are_three_exception_types_and_no_fourth()
    {
        var declared = from file in SourceTree.Product
                       from type in file.Nodes<ClassDeclarationSyntax>()
                       where type.BaseList?.Types.Any(parent => parent.Type.ToString().EndsWith("Exception", StringComparison.Ordinal)) == true
                       select type.Identifier.Text;

        declared.Distinct().Should().BeSubsetOf(["ProtocolException", "UsbException", "CommandException"]);
    }

    [Fact]
    public void A_namespace_is_its_folder()
    {
        var elsewhere = from file in SourceTree.All
                        from declared in file.Nodes<BaseNamespaceDeclarationSyntax>()
                        let folder = Path.GetDirectoryName(file.Path)!.Replace('/', '.')
                        where !folder.EndsWith("." + declared.Name, StringComparison.Ordinal)
                        select $"{file.At(declared)} is {declared.Name}";

        elsewhere.Should().BeEmpty();
    }

    private static IEnumerable<string> NamesIn(string room, string[] refused) =>
        from file in SourceTree.Product
        where file.IsIn(room)
        from name in file.Nodes<NameSyntax>()
        where refused.Contains(name.ToString())
        select $"{file.At(name)} names {name}";
}
