namespace UsbIp.Host.Rules;

/// <summary>What rules say of a device.</summary>
public enum RuleVerdict
{
    /// <summary>No rule is about it, so it is not exported.</summary>
    NotMentioned,

    /// <summary>Rules would allow it, but it is an input device, which they have to name by more than its kind.</summary>
    NotNamed,

    Allowed,

    Denied,
}

/// <summary>A verdict and the rule that decides.</summary>
/// <param name="Verdict">What happens.</param>
/// <param name="Number">The rule's place in the file, from 1; 0 if there is none.</param>
/// <param name="Rule">The rule, or null.</param>
public sealed record RuleDecision(RuleVerdict Verdict, int Number = 0, DeviceRule? Rule = null)
{
    public bool IsAllowed => Verdict == RuleVerdict.Allowed;

    /// <summary>A clause for people: "rule 2 says: deny ...".</summary>
    public string Reason => Verdict switch
    {
        RuleVerdict.NotMentioned => "no rule allows it",
        RuleVerdict.NotNamed => $"it is an input device, and rule {Number} ({Rule}) does not name it: that takes a busid, port:, serial: or VENDOR:PRODUCT",
        _ => $"rule {Number} says: {Rule}",
    };
}
