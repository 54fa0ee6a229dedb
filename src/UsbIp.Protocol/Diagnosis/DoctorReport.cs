using System.Text.Json;
using System.Text.Json.Serialization;

namespace UsbIp.Protocol.Diagnosis;

/// <summary>What <c>doctor</c> prints, the gravest first: as lines for people, or as JSON (docs/json.md).</summary>
public sealed class DoctorReport
{
    private readonly Finding[] _findings;

    public DoctorReport(IEnumerable<Finding> findings) =>
        _findings = [.. findings.OrderByDescending(finding => finding.Severity)]; // keeps the order of the checks within a severity

    /// <summary>Whether there is nothing but notes.</summary>
    public bool IsHealthy => _findings.All(finding => finding.Severity == FindingSeverity.Note);

    public void WriteText(TextWriter output)
    {
        foreach (var finding in _findings)
        {
            output.WriteLine($"{NameOf(finding.Severity),-8} {finding.Id}: {PrintableText.Of(finding.Sentence)}");
            if (finding.Try is { } hint)
            {
                output.WriteLine($"{"",-8} Try: {PrintableText.Of(hint)}");
            }
        }

        output.WriteLine(IsHealthy
            ? "Nothing is wrong."
            : $"{Count(FindingSeverity.Error, "error")}, {Count(FindingSeverity.Warning, "warning")}.");
    }

    public void WriteJson(TextWriter output)
    {
        var view = new DoctorView(
            IsHealthy, [.. _findings.Select(finding => new FindingView(finding.Id, NameOf(finding.Severity), finding.Sentence, finding.Try))]);
        output.WriteLine(JsonSerializer.Serialize(view, DoctorJson.Default.DoctorView));
    }

    private string Count(FindingSeverity severity, string noun)
    {
        var count = _findings.Count(finding => finding.Severity == severity);
        return count == 1 ? $"1 {noun}" : $"{count} {noun}s";
    }

    private static string NameOf(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Error => "error",
        FindingSeverity.Warning => "warning",
        _ => "note",
    };
}

/// <summary>A finding of <c>doctor --json</c>; severity is note, warning or error.</summary>
public sealed record FindingView(string Id, string Severity, string Sentence, string? Try);

/// <summary>The result of <c>doctor --json</c>, the gravest finding first.</summary>
public sealed record DoctorView(bool Healthy, IReadOnlyList<FindingView> Findings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DoctorView))]
internal sealed partial class DoctorJson : JsonSerializerContext;
