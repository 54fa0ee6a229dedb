namespace UsbIp.TestKit;

/// <summary>One line of a golden file.</summary>
public sealed record GoldenField(string Name, string Meaning, byte[] Bytes);
