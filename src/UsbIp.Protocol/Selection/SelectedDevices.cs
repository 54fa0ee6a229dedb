namespace UsbIp.Protocol.Selection;

/// <summary>What a selector found among the devices that there are.</summary>
/// <typeparam name="T">A device.</typeparam>
/// <param name="Selector">What was wanted.</param>
/// <param name="Found">Every device that it selects, with what is known of it.</param>
public sealed record SelectedDevices<T>(DeviceSelector Selector, IReadOnlyList<(T Device, DeviceTraits Traits)> Found)
    where T : class
{
    /// <summary>The device, if it is the only one.</summary>
    public T? Single => Found is [var only] ? only.Device : null;

    /// <summary>Why there is no single device, as a sentence that lists the candidates; null if there is one.</summary>
    public string? Problem => Found.Count switch
    {
        0 => $"No device is '{Selector}'.",
        1 => null,
        _ when Selector.Kind == SelectorKind.Serial =>
            $"{Found.Count} devices have the serial number of '{Selector}', so it names none of them: {Candidates}.",
        _ => $"{Found.Count} devices are '{Selector}': {Candidates}.",
    };

    private string Candidates => string.Join("; ", Found.Select(found => found.Traits));
}
