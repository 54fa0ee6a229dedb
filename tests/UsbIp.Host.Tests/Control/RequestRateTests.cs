using UsbIp.Host.Control;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Control;

public sealed class RequestRateTests
{
    [Fact]
    public void A_burst_goes_through_and_what_follows_waits_its_turn()
    {
        var rate = new RequestRate(4, new ManualTime());

        var waits = Enumerable.Range(0, 6).Select(_ => rate.Take()).ToArray();

        waits[..4].Should().AllBeEquivalentTo(TimeSpan.Zero);
        waits[4..].Should().Equal(TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public void Time_fills_the_bucket_and_no_further_than_its_brim()
    {
        var time = new ManualTime();
        var rate = new RequestRate(4, time);
        time.Advance(TimeSpan.FromHours(1));

        var waits = Enumerable.Range(0, 5).Select(_ => rate.Take()).ToArray();

        waits.Count(wait => wait == TimeSpan.Zero).Should().Be(4);
    }
}
