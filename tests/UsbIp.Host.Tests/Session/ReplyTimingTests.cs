using UsbIp.Host.Session;

namespace UsbIp.Host.Tests.Session;

public sealed class ReplyTimingTests
{
    private const int Much = 256 * 1024;

    private readonly ReplyTiming _timing;
    private int _flushes;

    public ReplyTimingTests() => _timing = new ReplyTiming(() => _flushes++);

    [Fact]
    public void What_the_event_thread_delivers_leaves_at_once()
    {
        _timing.Completed(0);
        _timing.Delivered();

        _flushes.Should().Be(1);
    }

    [Fact]
    public void Small_replies_to_requests_that_came_together_wait_for_each_other()
    {
        _timing.BeginReceiving();
        for (var urb = 0; urb < 32; urb++)
        {
            _timing.Completed(512);
            _timing.Delivered();
        }

        _flushes.Should().Be(0, "more requests are before the loop");
        _timing.BeforeWait();
        _flushes.Should().Be(1);
    }

    [Fact]
    public void Long_ones_leave_while_they_are_in_the_cache()
    {
        _timing.BeginReceiving();
        for (var urb = 0; urb < 16; urb++)
        {
            _timing.Completed(Much / 4);
            _timing.Delivered();
        }

        _flushes.Should().Be(4);
    }

    [Fact]
    public void What_has_left_does_not_count_again()
    {
        _timing.BeginReceiving();
        _timing.Completed(Much - 1);
        _timing.BeforeWait();
        _timing.Completed(1);
        _timing.Delivered();

        _flushes.Should().Be(1);
    }

    [Fact]
    public void Nothing_waits_for_a_loop_that_has_ended()
    {
        _timing.BeginReceiving();
        _timing.EndReceiving();
        _timing.Completed(1);
        _timing.Delivered();

        _flushes.Should().Be(1);
    }
}
