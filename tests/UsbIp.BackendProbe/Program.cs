using Microsoft.Extensions.Logging;
using UsbIp.BackendProbe;
using UsbIp.Devices;
using UsbIp.Host.LibUsb;
using UsbIp.Host.LinuxUsb;
using UsbIp.Host.Usbfs;
using UsbIp.Protocol;

// Exercises a device through one backend alone (BACKEND is libusb, usbfs, or usbfs-split:
// usbfs as on a host controller that cannot gather), with no session and no network around it:
//   probe BACKEND list                     what the backend sees
//   probe BACKEND open BUSID STEP...       opens it, runs the steps, gives it back; prints "ok" and "FAIL" lines
//   probe BACKEND watch                    prints arrivals and departures until standard input ends
//   probe BACKEND recover                  gives back what a killed probe held
const string Usage = "usage: probe libusb|usbfs|usbfs-split list | open BUSID STEP... | watch | recover";
var options = new LinuxUsbOptions { AllowRemote = true, SplitBulk = args is ["usbfs-split", ..], ClaimsDirectory = "/run/usbip-probe" };
using var loggers = LoggerFactory.Create(logging => logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
    .SetMinimumLevel(LogLevel.Debug));
if (args is not ["libusb" or "usbfs" or "usbfs-split", _, ..])
{
    await Console.Error.WriteLineAsync(Usage);
    return 2;
}

try
{
    if (args is [_, "recover"])
    {
        Console.WriteLine($"recovered {new ClaimRecovery(options, loggers).Run()}");
        return 0;
    }

    var isUsbfs = args[0] != "libusb";
    using var backend = isUsbfs ? UsbfsBackend.Create(options, loggers) : LibUsbBackend.Create(options, loggers);
    switch (args[1..])
    {
        case ["list"]:
            foreach (var device in backend.ListDevices())
            {
                Console.WriteLine($"{device.BusId} {device.Descriptor.VendorId:x4}:{device.Descriptor.ProductId:x4} {device.Speed} "
                    + $"configuration {device.ActiveConfiguration} of {device.Configurations.Count} drivers {string.Join(',', device.Drivers)} "
                    + $"remote {device.IsRemote} hub {device.IsHub} {device.Manufacturer} {device.Product} {device.SerialNumber}");
            }

            return 0;
        case ["watch"]:
            var stopped = Task.Run(() =>
            {
                Console.In.ReadToEnd();
                backend.Dispose();
            });
            Console.WriteLine("watching");
            await foreach (var change in backend.Changes.ReadAllAsync())
            {
                Console.WriteLine($"{(change.Arrived ? "arrived" : "left")} {change.BusId}");
            }

            await stopped;
            return 0;
        case ["open", var busId, .. var steps]:
            using (var session = new ProbeSession(backend.Open(BusId.Parse(busId))))
            {
                Console.WriteLine($"open {busId}");
                return new Steps(session, longestControl: isUsbfs ? ushort.MaxValue : 4096).Run(steps);
            }

        default:
            await Console.Error.WriteLineAsync(Usage);
            return 2;
    }
}
catch (UsbException exception)
{
    Console.WriteLine($"{exception.Failure}: {exception.Message}");
    Console.WriteLine($"Try: {exception.Hint}");
    return 1;
}
