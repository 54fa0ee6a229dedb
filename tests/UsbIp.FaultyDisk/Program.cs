using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Devices.Virtual;
using UsbIp.FaultyDisk;
using UsbIp.Host.Server;

// faulty-disk PORT
//     Serves one MisbehavingDisk on loopback, through the host's own server, until it is ended. Prints its busid, and then the block of each fault.
if (args is not [var port])
{
    Console.Error.WriteLine("faulty-disk PORT");
    return 2;
}

using var backend = new VirtualUsbBackend();
using var disk = new MisbehavingDisk();
var busId = backend.Add(disk);
var registry = new DeviceRegistry([backend], NullLoggerFactory.Instance);
registry.Export(busId);
using var server = new UsbIpServer(registry, new ServerOptions(), NullLoggerFactory.Instance);
server.Listen(new IPEndPoint(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture)));
Console.WriteLine(busId);
foreach (var fault in Enum.GetValues<DiskFault>())
{
    Console.WriteLine($"{FaultPlan.BlockOf(fault)} {fault}");
}

await server.RunAsync(CancellationToken.None);
return 0;
