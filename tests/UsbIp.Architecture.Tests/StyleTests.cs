using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace UsbIp.Architecture.Tests;

/// <summary>The rules of CONTRIBUTING.md that no analyzer checks.</summary>
public sealed partial class StyleTests
{
    private const int MaxFileLines = 250;
    private const int MaxMethodLines = 50;

    [Fact]
    public void Files_are_short()
    {
        var tooLong = SourceTree.All.Where(file => file.LineCount > MaxFileLines).Select(file => $"{file} has {file.LineCount} lines");

        tooLong.Should().BeEmpty("a file has one duty and at most {0} lines", MaxFileLines);
    }

    [Fact]
    public void Methods_are_short()
    {
        var tooLong = from file in SourceTree.All
                      from method in file.Nodes<SyntaxNode>()
                      where method is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
                      let lines = method.GetText().Lines.Count(line => !string.IsNullOrWhiteSpace(line.ToString()) && !line.ToString().TrimStart().StartsWith("//", StringComparison.Ordinal))
                      where lines > MaxMethodLines
                      select $"{file.At(method)} has {lines} lines";

        tooLong.Should().BeEmpty("a method has at most {0} lines", MaxMethodLines);
    }

    [Fact]
    public void Names_say_a_duty()
    {
        var vague = from file in SourceTree.All
                    from type in file.Nodes<BaseTypeDeclarationSyntax>()
                    where VagueName().IsMatch(type.Identifier.Text)
                    select $"{file.At(type)} is {type.Identifier.Text}";
        var folders = SourceTree.All.Where(file => file.Path.Split('/').Any(part => VagueName().IsMatch(part))).Select(file => file.Path);

        vague.Concat(folders).Should().BeEmpty();
    }

    [Fact]
    public void A_file_is_named_after_what_it_declares()
    {
        var misnamed = from file in SourceTree.All
                       let name = Path.GetFileName(file.Path).Split('.')[0]
                       let types = file.Nodes<MemberDeclarationSyntax>().Select(TypeName).Where(type => type is not null).ToArray()
                       where types.Length > 0 && !types.Contains(name)
                       where !name.EndsWith('s') // records of one kind may stand together, under the name of their kind
                       select $"{file} declares {string.Join(", ", types)}";

        misnamed.Should().BeEmpty();
    }

    [Fact]
    public void Waits_are_for_events()
    {
        // Only sysfs is polled: the kernel tells nobody when it has changed.
        var sleeps = from file in SourceTree.All
                     where !file.IsIn("src/UsbIp.Client/Vhci/")
                     from call in file.Nodes<MemberAccessExpressionSyntax>()
                     where call.ToString() == "Thread.Sleep"
                     select file.At(call);

        sleeps.Should().BeEmpty();
    }

    [Fact]
    public void Nobody_starts_a_task_and_forgets_it()
    {
        var forgotten = from file in SourceTree.Product
                        from assignment in file.Nodes<AssignmentExpressionSyntax>()
                        where assignment.Left.ToString() == "_" && AsyncCall().IsMatch(assignment.Right.ToString())
                        select file.At(assignment);
        var asyncVoid = from file in SourceTree.All
                        from method in file.Nodes<MethodDeclarationSyntax>()
                        where method.ReturnType.ToString() == "void" && method.Modifiers.Any(SyntaxKind.AsyncKeyword)
                        select file.At(method);

        forgotten.Concat(asyncVoid).Should().BeEmpty();
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        string[] endings = [".cs", ".sh", ".py", ".md", ".csproj"];

        var later = from path in new[] { "src", "tests", "docs", "build" }.SelectMany(folder => endings.SelectMany(ending => SourceTree.Paths(folder, ending)))
                    where !path.EndsWith("StyleTests.cs", StringComparison.Ordinal) && LaterMark().IsMatch(SourceTree.Text(path))
                    select path;

        later.Should().BeEmpty();
    }

    [Fact]
    public void A_suppressed_warning_says_why()
    {
        var pragmas = from file in SourceTree.All
                      from pragma in file.Syntax.DescendantTrivia().Where(trivia => trivia.IsKind(SyntaxKind.PragmaWarningDirectiveTrivia))
                      where pragma.ToString().Contains("disable", StringComparison.Ordinal) && !pragma.ToString().Contains("//", StringComparison.Ordinal)
                      select $"{file}: {pragma}";
        var attributes = from file in SourceTree.All
                         from attribute in file.Nodes<AttributeSyntax>()
                         where attribute.Name.ToString() is "SuppressMessage" or "UnconditionalSuppressMessage"
                         where !attribute.ToString().Contains("Justification = \"", StringComparison.Ordinal)
                         select file.At(attribute);

        pragmas.Concat(attributes).Should().BeEmpty();
    }

    private static string? TypeName(MemberDeclarationSyntax member) => member switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        _ => null,
    };

    [GeneratedRegex("^Common$|Utils?$|Utilit(y|ies)$|Helpers?$|Manager$")]
    private static partial Regex VagueName();

    [GeneratedRegex(@"^(Task\.Run|Task\.Factory)\b|Async\(")]
    private static partial Regex AsyncCall();

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b")]
    private static partial Regex LaterMark();
}
