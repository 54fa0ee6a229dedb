namespace UsbIp.TestKit;

/// <summary>The model's verdict that a real kernel would have dropped the device, or been harmed, by what it was given.</summary>
public sealed class KernelUnpluggedException(string message) : Exception(message);
