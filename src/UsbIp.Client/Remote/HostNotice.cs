using UsbIp.Protocol.Watching;

namespace UsbIp.Client.Remote;

/// <summary>What a host tells whoever watches it.</summary>
public abstract record HostNotice;

/// <summary>How every exported device stands now. The first notice of each watch, and the one behind an <see cref="EventsLost"/>.</summary>
public sealed record DevicesStand(IReadOnlyList<WatchedDevice> Devices) : HostNotice;

/// <summary>Something happened. Behind a <see cref="DevicesStand"/> it may tell what that has shown already.</summary>
public sealed record DeviceHappening(WatchedEvent What) : HostNotice;

/// <summary>This watcher read too slowly and has missed as many events; a <see cref="DevicesStand"/> follows.</summary>
public sealed record EventsLost(uint Count) : HostNotice;
