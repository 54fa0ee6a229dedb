using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.BackendProbe;

/// <content>The steps that change the state of the device itself, and its departure.</content>
internal sealed partial class Steps
{
    private void Configure()
    {
        var active = session.Device.Info.ActiveConfiguration;
        Expect("the same configuration again", UrbStatus.Ok, session.Device.SetConfiguration(active));
        Expect("no configuration", UrbStatus.Ok, session.Device.SetConfiguration(0));
        Control();
        Expect("the configuration again", UrbStatus.Ok, session.Device.SetConfiguration(active));
        Check("a configuration that is not there is refused", session.Device.SetConfiguration(77) != UrbStatus.Ok);
    }

    private void Alternate()
    {
        var number = session.Device.Info.Active!.AlternateSettings[0].Number;
        Expect("alternate setting 0", UrbStatus.Ok, session.Device.SetInterface(number, 0));
        Expect("an alternate setting that is not there", UrbStatus.NoEntry, session.Device.SetInterface(number, 99));
    }

    private void Halt()
    {
        var endpoint = Find(TransferType.Bulk, isIn: true);
        session.Run(session.Control(0x02, 3, 0, endpoint.Address, 0)).Dispose();
        using (var stalled = session.Run(session.Plain(endpoint, 512)))
        {
            Expect("a halted endpoint", UrbStatus.Stall, stalled.Status);
        }

        Expect("clear halt", UrbStatus.Ok, session.Device.ClearHalt(endpoint.Address));
        using var read = session.Run(session.Plain(endpoint, 512));
        Expect("the endpoint after it", UrbStatus.Ok, read.Status);
    }

    private void Leave()
    {
        var endpoint = Endpoints.First(one => one.IsIn);
        var transfers = Enumerable.Range(0, 32).Select(_ => session.Plain(endpoint, 512)).ToArray();
        foreach (var transfer in transfers)
        {
            session.Submit(transfer);
        }

        // A gadget that always answers is kept busy until the end.
        Console.WriteLine("waiting for departure");
        var pending = transfers.Length;
        var busy = 0;
        while (pending > 0)
        {
            var transfer = session.Next() ?? throw new TimeoutException($"{pending} of {transfers.Length} did not complete");
            if (transfer.Status == UrbStatus.Ok)
            {
                busy++;
                session.Submit(transfer);
                continue;
            }

            Check($"unplugged: status {transfer.Status}", transfer.Status is UrbStatus.Shutdown or UrbStatus.NoDevice or UrbStatus.ProtocolError);
            pending--;
            transfer.Dispose();
        }

        Console.WriteLine($"note {busy} completed before");
        Check("the departure is told", session.WaitForDeparture());
        using var late = session.Run(session.Plain(endpoint, 512));
        Check($"a transfer after it ends with {late.Status}", late.Status is UrbStatus.NoDevice or UrbStatus.Shutdown);
        Expect("departures told", 1, session.Departures);
    }
}
