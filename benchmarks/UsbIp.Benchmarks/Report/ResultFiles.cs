using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace UsbIp.Benchmarks.Report;

/// <summary>The JSON files of a run: every sample, so that others can compute what they like.</summary>
internal sealed class ResultFiles(string directory)
{
    public const string Host = "host.json";
    public const string Bridge = "bridge.json";
    public const string Sessions = "sessions.json";
    public const string Programs = "programs.json";
    public const string Micro = "micro.json";

    public void Write<T>(string name, T results, JsonTypeInfo<T> type)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, name), JsonSerializer.Serialize(results, type) + "\n");
    }

    /// <summary>What was written under that name, or null if that part was never run.</summary>
    public T? Read<T>(string name, JsonTypeInfo<T> type)
        where T : class
    {
        var path = Path.Combine(directory, name);
        return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), type) : null;
    }

    public string PathOf(string name) => Path.Combine(directory, name);
}

/// <summary>How results are written.</summary>
[JsonSourceGenerationOptions(WriteIndented = false, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LoadResults))]
[JsonSerializable(typeof(SessionResults))]
[JsonSerializable(typeof(ProgramResults))]
[JsonSerializable(typeof(MicroResults))]
internal sealed partial class ResultJson : JsonSerializerContext;
