using System.CommandLine;
using System.Text.Json.Serialization;
using UsbIp.Host.Control;

namespace UsbIp.Host.Commands;

/// <summary>What commands that change something print with --json.</summary>
internal static class DoneViews
{
    public static Option<bool> JsonOption() => new("--json") { Description = "JSON" };

    /// <summary>Does the same with each device: says at once what was done, or prints it all in the end, also where an error is the end.</summary>
    /// <param name="selectors">The devices, as they were named.</param>
    /// <param name="deed">Does it.</param>
    /// <param name="say">Tells people of it.</param>
    /// <param name="print">Prints what was done as JSON; null where people are told.</param>
    public static ExitCode ForEach<T>(IReadOnlyList<string> selectors, Func<string, T> deed, Action<T> say, Action<IReadOnlyList<T>>? print)
    {
        List<T> done = [];
        try
        {
            foreach (var selector in selectors)
            {
                done.Add(deed(selector));
                if (print is null)
                {
                    say(done[^1]);
                }
            }
        }
        finally
        {
            if (done.Count > 0)
            {
                print?.Invoke(done);
            }
        }

        return ExitCode.Success;
    }

    /// <summary>Prints what became of devices.</summary>
    public static Action<IReadOnlyList<DeviceChange>> Printing(CommandContext context) =>
        done => IndentedJson.Write(context.Output, new DeviceChangesView(done), DoneJson.Default.DeviceChangesView);
}

/// <summary>What export or unexport has done, in the order in which the devices were named; with an error, what was done before it.</summary>
public sealed record DeviceChangesView(IReadOnlyList<DeviceChange> Devices);

/// <summary>What became of one device.</summary>
/// <param name="Selector">As it was named.</param>
/// <param name="Changed">False if it was so before.</param>
/// <param name="Device">The device as it is now; null if it is kept for when it is plugged in.</param>
/// <param name="Rule">The rule that keeps it exported, for people; null if none does.</param>
public sealed record DeviceChange(string Selector, bool Changed, DeviceStatus? Device, string? Rule);

/// <summary>The devices that were taken from their clients.</summary>
public sealed record KickedView(IReadOnlyList<KickedDevice> Kicked);

/// <summary>One of them, and who had it.</summary>
public sealed record KickedDevice(string BusId, string Client);

/// <summary>The selectors of the devices that the service may open.</summary>
public sealed record AccessView(IReadOnlyList<string> Granted, IReadOnlyList<string> Exported);

/// <summary>How many interfaces got their drivers back.</summary>
public sealed record RecoveredView(int Interfaces);

/// <summary>What a virtual keyboard was given to type.</summary>
public sealed record TypedView(string BusId, int Characters);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DeviceChangesView))]
[JsonSerializable(typeof(KickedView))]
[JsonSerializable(typeof(AccessView))]
[JsonSerializable(typeof(RecoveredView))]
[JsonSerializable(typeof(TypedView))]
internal sealed partial class DoneJson : JsonSerializerContext;
