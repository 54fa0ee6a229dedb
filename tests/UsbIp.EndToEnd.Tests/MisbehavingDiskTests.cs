using UsbIp.FaultyDisk;
using UsbIp.Protocol;

namespace UsbIp.EndToEnd.Tests;

/// <summary>
/// Reading ahead must not change what a driver's caller gets, nor what the disk is told to do, however the disk misbehaves: the same commands are
/// run with it and without, and compared.
/// </summary>
public sealed class MisbehavingDiskTests
{
    private const int Blocks = 4;

    public static TheoryData<DiskFault> Faults => [.. Enum.GetValues<DiskFault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_looks_the_same_with_reading_ahead_and_without(DiskFault fault)
    {
        var script = (Run run) =>
        {
            var block = FaultPlan.BlockOf(fault);
            run.Read(block);
            run.Read(block);
            run.Write(block, seed: 1);
            run.Write(block, seed: 2);
            run.Read(block);
        };

        var without = Run.Of(script, readAhead: false, Extensions.None);
        without.Results.Should().HaveCount(5);
        without.Results[1].Outcome.Should().Be(Outcome.Passed, "the fault was there once");
        Run.Of(script, readAhead: true, Extensions.None).Should().BeEquivalentTo(without, "the host keeps no order");
        Run.Of(script, readAhead: true, Extensions.BulkOnlyOrder).Should().BeEquivalentTo(without, "the host keeps the order");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_thousand_commands_with_faults_among_them_end_as_without_reading_ahead(int seed)
    {
        var script = (Run run) =>
        {
            var random = new Random(seed);
            for (var count = 0; count < 1000; count++)
            {
                var block = random.Next(10) > 0
                    ? random.Next(FaultPlan.FirstBlock)
                    : FaultPlan.BlockOf((DiskFault)random.Next((int)DiskFault.HangsInData));
                if (random.Next(2) == 0)
                {
                    run.Read(block);
                }
                else
                {
                    run.Write(block, count);
                }
            }
        };

        var without = Run.Of(script, readAhead: false, Extensions.None, isOnce: false);
        var with = Run.Of(script, readAhead: true, Extensions.BulkOnlyOrder, isOnce: false);

        with.Results.Zip(without.Results).FirstOrDefault(pair => pair.First != pair.Second).Should().Be(default, "the caller gets the same");
        with.Commands.Should().Equal(without.Commands, "the disk does the same");
    }

    /// <summary>What the caller got, and what the disk carried out.</summary>
    private sealed class Run
    {
        private readonly MisbehavingDisk _disk;
        private readonly StorageDriver _driver;

        private Run(MisbehavingDisk disk, StorageDriver driver) => (_disk, _driver) = (disk, driver);

        public List<CommandResult> Results { get; } = [];

        public IReadOnlyCollection<string> Commands => _disk.Commands;

        public static Run Of(Action<Run> script, bool readAhead, Extensions offered, bool isOnce = true)
        {
            using var disk = new MisbehavingDisk(isOnce);
            using var device = new AttachedDevice(disk, readAhead, offered);
            device.Configure();
            var run = new Run(disk, new StorageDriver(device, () => disk.IsHung));
            script(run);
            return run;
        }

        public void Read(int block)
        {
            var result = _driver.Read(block, Blocks);
            Results.Add(result);
            if (result is { Outcome: Outcome.Passed, Residue: 0 })
            {
                result.Data.Should().Be(CommandResult.Checksum(Held(block)), "that is what the disk holds");
            }
        }

        /// <summary>What was reported as written must be with the disk at that moment.</summary>
        public void Write(int block, int seed)
        {
            var data = new byte[Blocks * MisbehavingDisk.BlockSize];
            new Random(seed).NextBytes(data);
            var result = _driver.Write(block, data);
            Results.Add(result);
            if (result is { Outcome: Outcome.Passed, Residue: 0 })
            {
                Held(block).Should().Equal(data, "it was reported as written");
            }
        }

        private byte[] Held(int block) => [.. Enumerable.Range(block, Blocks).SelectMany(_disk.Block)];
    }
}
