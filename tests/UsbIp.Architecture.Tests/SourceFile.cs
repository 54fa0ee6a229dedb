using Microsoft.CodeAnalysis;

namespace UsbIp.Architecture.Tests;

/// <summary>One C# file: where it is from the root, what it says, and its syntax.</summary>
internal sealed record SourceFile(string Path, string Text, SyntaxNode Syntax)
{
    public int LineCount => Text.AsSpan().Count('\n');

    public IEnumerable<T> Nodes<T>()
        where T : SyntaxNode => Syntax.DescendantNodes().OfType<T>();

    public bool IsIn(params string[] places) => places.Any(place =>
        place.EndsWith('/') ? Path.StartsWith(place, StringComparison.Ordinal) : Path == place);

    /// <summary>A place in the file, as editors and compilers write it.</summary>
    public string At(SyntaxNodeOrToken node) => $"{Path}:{node.GetLocation()!.GetLineSpan().StartLinePosition.Line + 1}";

    public override string ToString() => Path;
}
