using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>What a scripted device does by itself.</summary>
internal static class Answers
{
    /// <summary>From now on each transfer is whole at once.</summary>
    public static void AnswerAtOnce(this ScriptedDevice device) => device.OnSubmit = transfer =>
    {
        device.Complete(transfer, UrbStatus.Ok, transfer.Length);
        return true;
    };

    /// <summary>From now on each transfer stays with the device until it is cancelled.</summary>
    public static void AnswerNothing(this ScriptedDevice device) => device.OnSubmit = _ => true;
}
