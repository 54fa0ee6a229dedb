namespace UsbIp.Benchmarks.Load;

/// <summary>What can be put under load, and measured.</summary>
internal interface ILoad
{
    /// <summary>Runs the workload for about that long, then lets what is in flight come home.</summary>
    /// <exception cref="UsbIp.Protocol.ProtocolException">A reply is not what was asked for.</exception>
    LoadResult Run(Workload workload, TimeSpan window);
}
