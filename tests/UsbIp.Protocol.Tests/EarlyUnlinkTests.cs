namespace UsbIp.Protocol.Tests;

/// <summary>Which unlinks wait for their URB, by the order of seqnums alone.</summary>
public sealed class EarlyUnlinkTests
{
    private static readonly DeviceId Device = new(1, 2);
    private readonly EarlyUnlinks _early = new();

    [Fact]
    public void An_unlink_before_its_urb_is_held_and_taken_by_it()
    {
        _early.TryTake(10, out _).Should().BeFalse();

        _early.TryHold(Unlink(12, target: 11)).Should().BeTrue();

        _early.TryTake(11, out var unlink).Should().BeTrue();
        unlink.Should().Be(12);
        _early.TryTake(13, out _).Should().BeFalse("each is taken once");
    }

    [Theory]
    [InlineData(9)] // before the newest
    [InlineData(10)] // the newest
    [InlineData(12)] // the unlink itself
    [InlineData(13)] // after the unlink
    [InlineData(uint.MaxValue)]
    public void An_unlink_of_anything_else_is_not_held(uint target)
    {
        _early.TryTake(10, out _);

        _early.TryHold(Unlink(12, target)).Should().BeFalse();
    }

    [Fact]
    public void The_counter_may_wrap_between_the_two()
    {
        _early.TryTake(uint.MaxValue - 1, out _);

        _early.TryHold(Unlink(0, target: uint.MaxValue)).Should().BeTrue();
        _early.TryTake(uint.MaxValue, out var unlink).Should().BeTrue();
        unlink.Should().Be(0);
        _early.TryHold(Unlink(2, target: uint.MaxValue)).Should().BeFalse();
    }

    [Fact]
    public void Reads_that_a_client_numbers_downwards_from_the_highest_do_not_count_as_newest()
    {
        _early.TryTake(10, out _);
        _early.TryTake(uint.MaxValue, out _);
        _early.TryTake(uint.MaxValue - 1, out _);

        _early.TryHold(Unlink(12, target: 9)).Should().BeFalse("it was answered");
        _early.TryHold(Unlink(12, target: 11)).Should().BeTrue("it is still to come");
    }

    [Fact]
    public void Those_that_have_waited_too_long_are_taken_oldest_first()
    {
        _early.TryHold(Unlink(12, target: 10), now: 100);
        _early.TryHold(Unlink(13, target: 11), now: 200);

        _early.TryTakeHeldSince(99, out _).Should().BeFalse();
        _early.TryTakeHeldSince(150, out var unlink).Should().BeTrue();
        unlink.Should().Be(12);
        _early.TryTakeHeldSince(150, out _).Should().BeFalse();
        _early.TryFindOldest(out var since).Should().BeTrue();
        since.Should().Be(200);
    }

    [Fact]
    public void Only_so_many_are_held()
    {
        var held = 0;
        for (var target = 1u; target <= 100; target++)
        {
            held += _early.TryHold(Unlink(1000 + target, target)) ? 1 : 0;
        }

        held.Should().Be(64);
    }

    private static UnlinkRequest Unlink(uint seqnum, uint target) => new(seqnum, Device, target);
}
