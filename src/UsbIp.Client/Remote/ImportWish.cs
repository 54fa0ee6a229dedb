using UsbIp.Protocol;

namespace UsbIp.Client.Remote;

/// <summary>What an import does about other clients that want the same device.</summary>
/// <param name="TakeOver">Take it, where its host allows that.</param>
/// <param name="Wait">Wait for it; null to be refused.</param>
public sealed record ImportWish(bool TakeOver = false, DeviceWait? Wait = null)
{
    /// <summary>Whether no other client may take the device over later.</summary>
    public bool Hold { get; init; }

    /// <summary>What to offer the host for it.</summary>
    public Extensions Offered => Extensions.Reasons | Extensions.Heartbeat | (TakeOver ? Extensions.TakeOver : 0) | (Wait is null ? 0 : Extensions.Wait);

    /// <summary>Hears of the waiting.</summary>
    public void Heard(ImportDetail detail) => Wait?.Progress($"waiting: {HolderText.OfWait(detail)}");

    /// <summary>Imports, and waits if that is wished.</summary>
    public T Run<T>(Func<CancellationToken, T> import, CancellationToken stop) => Wait is null ? import(stop) : Wait.Run(import, stop);
}
