using UsbIp.Host.Session;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

public sealed class SessionTrafficTests
{
    [Fact]
    public void Rates_are_those_since_the_last_look()
    {
        var time = new ManualTime();
        var traffic = new SessionTraffic(time);
        for (var urb = 0; urb < 10; urb++)
        {
            traffic.Count(512);
        }

        time.Advance(TimeSpan.FromSeconds(2));
        traffic.Sample();

        traffic.Urbs.Should().Be(10);
        traffic.Bytes.Should().Be(5120);
        traffic.UrbsPerSecond.Should().Be(5);
        traffic.BytesPerSecond.Should().Be(2560);
        time.Advance(TimeSpan.FromSeconds(1));
        traffic.Sample();
        traffic.UrbsPerSecond.Should().Be(0);
    }

    [Fact]
    public void Idle_is_the_time_since_the_last_urb_or_since_the_beginning()
    {
        var time = new ManualTime();
        var traffic = new SessionTraffic(time);

        time.Advance(TimeSpan.FromMinutes(3));
        traffic.Idle.Should().Be(TimeSpan.FromMinutes(3));
        traffic.Count(0);
        time.Advance(TimeSpan.FromSeconds(1));

        traffic.Idle.Should().Be(TimeSpan.FromSeconds(1));
    }
}
