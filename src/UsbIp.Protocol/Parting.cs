namespace UsbIp.Protocol;

/// <summary>Why a host ends a session.</summary>
/// <param name="Reason">A clause.</param>
/// <param name="Rest">For how long the client is to leave the device alone, in whole seconds: it was taken from this client on purpose. Zero if it may ask at once.</param>
public readonly record struct Parting(string Reason, TimeSpan Rest = default);
