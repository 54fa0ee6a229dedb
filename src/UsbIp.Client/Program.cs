using UsbIp.Client.Commands;

return new CommandLine(Output.OfProcess, new ClientSettings()).Run(args);
