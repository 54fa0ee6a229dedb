namespace UsbIp.Protocol.Diagnosis;

/// <summary>How much a finding matters, the gravest last.</summary>
public enum FindingSeverity
{
    /// <summary>Good to know, and nothing wrong.</summary>
    Note,

    /// <summary>Something works less well than it could, or will fail in some cases.</summary>
    Warning,

    /// <summary>Something does not work.</summary>
    Error,
}

/// <summary>One thing that a doctor saw.</summary>
/// <param name="Id">Names the kind of finding and never changes: H- for the host's, C- for the client's. docs/when-it-does-not-work.md has them all.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Sentence">What it is, with the names and values of this machine.</param>
/// <param name="Try">What to do about it; null where nothing need be done.</param>
public sealed record Finding(string Id, FindingSeverity Severity, string Sentence, string? Try = null)
{
    public static Finding Note(string id, string sentence, string? hint = null) => new(id, FindingSeverity.Note, sentence, hint);

    public static Finding Warning(string id, string sentence, string hint) => new(id, FindingSeverity.Warning, sentence, hint);

    public static Finding Error(string id, string sentence, string hint) => new(id, FindingSeverity.Error, sentence, hint);
}
