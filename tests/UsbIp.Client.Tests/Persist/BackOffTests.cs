using UsbIp.Client.Persist;

namespace UsbIp.Client.Tests.Persist;

public sealed class BackOffTests
{
    [Fact]
    public void Waits_double_from_a_fifth_of_a_second_to_half_a_minute_with_a_half_left_to_chance()
    {
        var backOff = new BackOff(new Random(1));
        double[] ceilings = [0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30, 30];

        var waits = ceilings.Select(_ => backOff.Next().TotalSeconds).ToArray();

        for (var index = 0; index < ceilings.Length; index++)
        {
            waits[index].Should().BeInRange(ceilings[index] / 2, ceilings[index]);
        }

        waits[^3..].Should().OnlyHaveUniqueItems("clients that lost the same host must not come back as one");
    }

    [Fact]
    public void After_a_success_the_next_wait_is_a_short_one()
    {
        var backOff = new BackOff(new Random(1));
        for (var tries = 0; tries < 10; tries++)
        {
            backOff.Next();
        }

        backOff.Reset();

        backOff.Next().Should().BeGreaterThanOrEqualTo(BackOff.Least).And.BeLessThan(BackOff.Least * 2);
    }
}
