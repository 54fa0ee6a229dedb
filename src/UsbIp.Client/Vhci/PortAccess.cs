using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Client.Privileged;
using UsbIp.Protocol;

namespace UsbIp.Client.Vhci;

/// <summary>How this user plugs a device in: by writing vhci_hcd's attach file and the state file, or, where it may not, through the broker that may.</summary>
internal sealed class PortAccess(VhciDriver driver, AttachmentRecords records, AttachBrokerClient broker)
{
    /// <summary>Looks whether this user may attach.</summary>
    /// <exception cref="CommandException">It may not and there is no broker, or the module is missing.</exception>
    public void RequireRight()
    {
        if (!IsOwn())
        {
            broker.RequireAnswer();
        }
    }

    /// <summary>Looks whether attaching has a chance, before a host is asked for its device: importing takes it from whoever uses it there.</summary>
    /// <exception cref="CommandException">No port is free, this user may not attach, or the module is missing.</exception>
    public void RequireAttachable()
    {
        driver.RequireFreePort();
        RequireRight();
    }

    /// <summary>
    /// Gives the kernel one end of a socketpair, and notes where the device is from. The caller closes its copy right afterwards. Returns before the device
    /// is enumerated.
    /// </summary>
    /// <returns>The port, and the token with which its state file is removed; null if there is none, or if it is the broker's.</returns>
    /// <exception cref="CommandException">No port is free, this user may not attach, or the kernel refused.</exception>
    public (int Port, DateTime? Recorded) Attach(Socket kernelEnd, DeviceRecord device, AttachmentRecord record, ILogger logger)
    {
        if (!IsOwn())
        {
            return (broker.Attach(kernelEnd, device.DeviceId, device.Speed, record), null);
        }

        var port = driver.Attach(kernelEnd, device.DeviceId, device.Speed);
        return (port, Note(port, record, logger));
    }

    /// <summary>Removes the state file of a port that is free again.</summary>
    /// <param name="port">The port's number.</param>
    /// <param name="recorded">What <see cref="Attach"/> returned.</param>
    public void Forget(int port, DateTime? recorded)
    {
        if (recorded is { } written)
        {
            records.Remove(port, written);
        }
        else if (!IsOwn())
        {
            broker.Tidy();
        }
    }

    [SuppressMessage("Interoperability", "CA1416", Justification = "There is a vhci_hcd, so this is Linux.")]
    private DateTime? Note(int port, AttachmentRecord record, ILogger logger)
    {
        try
        {
            return records.Write(port, record);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.NoRecord(logger, BusId.Parse(record.RemoteBusId), port, error.Message);
            return null;
        }
    }

    /// <summary>False if the broker has to do it.</summary>
    private bool IsOwn()
    {
        try
        {
            driver.RequireWritable();
            return true;
        }
        catch (CommandException refusal) when (refusal.ExitCode == ExitCode.Permission && broker.IsThere)
        {
            return false;
        }
    }
}
