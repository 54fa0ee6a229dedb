using Microsoft.CodeAnalysis.CSharp;

namespace UsbIp.Architecture.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class SourceTree
{
    private static readonly string[] NotSources = ["bin", "obj", "dist", "artifacts", ".git", ".cache", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every C# file of the programs.</summary>
    public static IReadOnlyList<SourceFile> Product { get; } = Read("src");

    /// <summary>Every C# file of the tests, the benchmarks and the packaging.</summary>
    public static IReadOnlyList<SourceFile> Tests { get; } = [.. Read("tests"), .. Read("benchmarks"), .. Read("packaging")];

    public static IEnumerable<SourceFile> All => Product.Concat(Tests);

    /// <summary>Paths of the files with that ending, from the root, with forward slashes.</summary>
    public static IEnumerable<string> Paths(string folder, string ending)
    {
        var start = Path.Combine(Root, folder);
        return Directory.Exists(start) ? Walk(start).Where(path => path.EndsWith(ending, StringComparison.Ordinal)) : [];
    }

    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Select(path => Path.GetRelativePath(Root, path))
            .Concat(Directory.EnumerateDirectories(folder)
                .Where(inner => !NotSources.Contains(Path.GetFileName(inner)))
                .SelectMany(Walk));

    private static List<SourceFile> Read(string folder) =>
        [.. Paths(folder, ".cs").Select(path => new SourceFile(path, Text(path), CSharpSyntaxTree.ParseText(Text(path)).GetRoot()))];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "UsbIp.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"No UsbIp.slnx above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }
}
