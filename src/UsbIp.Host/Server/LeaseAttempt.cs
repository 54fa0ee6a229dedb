using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>Tries to lease the device that a connection asks for, with all that stands between it and the device.</summary>
/// <param name="ticket">The client's place in the line, if it waits; null if it does not.</param>
/// <param name="lease">The lease, if it is granted.</param>
internal delegate OperationStatus LeaseAttempt(LineTicket? ticket, out DeviceLease? lease);
