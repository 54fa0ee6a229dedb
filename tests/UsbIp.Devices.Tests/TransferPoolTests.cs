using System.Runtime.InteropServices;

namespace UsbIp.Devices.Tests;

public sealed class TransferPoolTests
{
    [Fact]
    public void Transfers_of_every_size_in_turn_leave_no_more_behind_than_the_pool_may_keep()
    {
        using var pool = new TransferPool();

        for (var length = 512; length <= 16 * 1024 * 1024; length = length * 5 / 4)
        {
            var transfers = Enumerable.Range(0, Math.Max(1, 16 * 1024 * 1024 / length)).Select(_ => pool.Rent(length, isoPackets: 0)).ToList();
            pool.Bytes.Should().BeLessThanOrEqualTo((16 * 1024 * 1024 * 5 / 4) + TransferPool.MaxFreeBytes);
            transfers.ForEach(transfer => transfer.Dispose());
            pool.Bytes.Should().BeLessThanOrEqualTo(TransferPool.MaxFreeBytes);
        }
    }

    [Fact]
    public void Transfer_of_a_new_size_is_kept_although_others_had_filled_the_pool()
    {
        using var pool = new TransferPool();
        var others = Enumerable.Range(0, 256).Select(_ => pool.Rent(16 * 1024, isoPackets: 0)).ToList();
        others.ForEach(transfer => transfer.Dispose());

        var first = pool.Rent(120 * 1024, isoPackets: 0);
        first.Dispose();
        using var second = pool.Rent(120 * 1024, isoPackets: 0);

        second.Should().BeSameAs(first);
    }

    [Theory]
    [InlineData(0, 512)]
    [InlineData(512, 512)]
    [InlineData(513, 640)]
    [InlineData(1024, 1024)]
    [InlineData(20_000, 20_480)]
    [InlineData(120 * 1024, 128 * 1024)]
    [InlineData(16 * 1024 * 1024, 16 * 1024 * 1024)]
    public void Memory_of_a_transfer_is_at_most_a_quarter_more_than_its_length(int length, int capacity)
    {
        using var pool = new TransferPool();
        using var transfer = pool.Rent(length, isoPackets: 0);

        TransferPool.CapacityFor(length).Should().Be(capacity);
        transfer.Buffer.Capacity.Should().Be(capacity);
    }

    [Fact]
    public void Lent_memory_is_used_from_its_first_byte_and_given_back_with_the_pool()
    {
        var lent = Marshal.AllocHGlobal(512);
        var returned = new List<nint>();
        var pool = new TransferPool(capacity => new NativeBuffer(lent, capacity, returned.Add));
        var transfer = pool.Rent(3, 0);
        "abc"u8.CopyTo(transfer.Data);
        transfer.Dispose();

        pool.Dispose();

        Marshal.PtrToStringUTF8(lent, 3).Should().Be("abc");
        returned.Should().Equal(lent);
        Marshal.FreeHGlobal(lent);
    }
}
