using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Session;

/// <summary>Carries out special requests through the system's own calls. Used by the device queue's thread alone; blocks.</summary>
public sealed class SpecialRequests(IUsbDevice device, DeviceCalls calls, PendingUrbs pending, EndpointTable endpoints)
{
    /// <summary>Whether carrying out <paramref name="request"/> would kill that URB: it is ended properly before.</summary>
    public bool CutsOff(in SpecialRequest request, PendingUrb urb) => request.Kind switch
    {
        SpecialRequestKind.SetConfiguration or SpecialRequestKind.PortReset => true,
        SpecialRequestKind.SetInterface => urb.Type != TransferType.Control && endpoints.InterfaceOf(urb.Request.EndpointAddress) == request.Index,
        _ => false,
    };

    /// <summary>Whether that URB has to have ended before <paramref name="request"/> is carried out.</summary>
    public bool GoesBefore(in SpecialRequest request, PendingUrb urb) => urb.Type == TransferType.Control || CutsOff(request, urb);

    /// <summary>Carries it out and completes the URB; what the system refuses goes to the device as it is, whose answer counts.</summary>
    public void Run(PendingUrb urb)
    {
        var request = urb.Special;
        var status = UrbStatus.ProtocolError;
        try
        {
            status = Execute(request);
        }
        catch
        {
            Complete(urb, status); // nothing of it is with the device; the session ends, and waits for what is
            throw;
        }

        if (status is UrbStatus.Ok or UrbStatus.NoDevice)
        {
            Complete(urb, status);
        }
        else if (request.Kind == SpecialRequestKind.PortReset)
        {
            Complete(urb, UrbStatus.Stall);
        }
        else
        {
            calls.SubmitInStep(urb);
        }
    }

    /// <summary>Ends the request without carrying it out.</summary>
    public void Complete(PendingUrb urb, UrbStatus status)
    {
        urb.Transfer!.Status = status;
        urb.Transfer.ActualLength = 0;
        pending.Complete(urb);
    }

    private UrbStatus Execute(in SpecialRequest request)
    {
        switch (request.Kind)
        {
            case SpecialRequestKind.ClearHalt:
                return device.ClearHalt(request.Index);
            case SpecialRequestKind.SetInterface:
                var set = device.SetInterface(request.Index, request.Value);
                if (set == UrbStatus.Ok)
                {
                    endpoints.SetInterface(request.Index, request.Value);
                }

                return set;
            case SpecialRequestKind.SetConfiguration:
                var configured = device.SetConfiguration(request.Value);
                if (configured == UrbStatus.Ok)
                {
                    endpoints.SetConfiguration(request.Value);
                }

                return configured;
            case SpecialRequestKind.PortReset:
                return device.Reset();
            default:
                return UrbStatus.Ok;
        }
    }
}
