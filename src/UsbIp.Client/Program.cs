using UsbIp.Client.Commands;

return new CommandLine(Output.OfProcess, new ClientSettings { SeenHosts = SeenHosts.OfUser() }).Run(args);
