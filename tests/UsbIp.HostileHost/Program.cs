using System.Globalization;
using Microsoft.Extensions.Logging;
using UsbIp.Client;
using UsbIp.Client.Remote;
using UsbIp.HostileHost;
using UsbIp.Protocol;

// hostile-host serve PORT
//     A USB/IP server whose replies are as wrong as the busid says that a client imports, see Attack.
// hostile-host cycle HOST PROCESS LOG COUNT BUSID...
//     Attaches the devices of an honest host, which is that process, COUNT times in turn, and detaches them, see Cycles.
// hostile-host attack USBTEST LOG SEEDS
//     Tries every attack, and SEEDS random ones, on this machine's kernel through the client's bridge. USBTEST is tests/vm/usbtest.py; what
//     the bridge says goes to the file LOG.
// hostile-host repeat USBTEST LOG TIMES GROUP
//     Tries the attacks of that group, and no others, so many times.
const int MostAtOnce = 6;

if (args is ["serve", var port])
{
    new HostileServer(int.Parse(port, CultureInfo.InvariantCulture)).Run();
}
else if (args is ["attack", var usbtest, var log, var seeds])
{
    Try(usbtest, log, AttackGroup.All(int.Parse(seeds, CultureInfo.InvariantCulture)));
}
else if (args is ["repeat", var sameUsbtest, var sameLog, var times, var name])
{
    Try(sameUsbtest, sameLog, [AttackGroup.All(0).Single(group => group.Name == name).Times(int.Parse(times, CultureInfo.InvariantCulture))]);
}
else if (args is ["cycle", var host, var process, var bridgeLog, var count, .. var busIds])
{
    new Cycles(HostAddress.Parse(host), int.Parse(process, CultureInfo.InvariantCulture), [.. busIds.Select(BusId.Parse)], LineLogger.ToFile(bridgeLog, LogLevel.Information))
        .Run(int.Parse(count, CultureInfo.InvariantCulture));
}
else
{
    Console.Error.WriteLine("hostile-host serve PORT, hostile-host attack USBTEST LOG SEEDS, hostile-host repeat USBTEST LOG TIMES GROUP, or hostile-host cycle HOST PROCESS LOG COUNT BUSID...");
    return 2;
}

return 0;

static void Try(string usbtest, string log, IReadOnlyList<AttackGroup> groups)
{
    var server = new HostileServer(0);
    new Thread(server.Run) { IsBackground = true, Name = "server" }.Start();
    var logger = LineLogger.ToFile(log, LogLevel.Information);
    var attackers = Enumerable.Range(0, Math.Min(MostAtOnce, Attacker.CountControllers()))
        .Select(controller => new Attacker(server, new Usbtest(usbtest), controller, logger))
        .ToArray();
    new Campaign(server, attackers).Run(groups);
    Array.ForEach(attackers, attacker => attacker.Dispose());
}
