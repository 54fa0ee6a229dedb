using UsbIp.TestKit;

namespace UsbIp.Protocol.Tests;

/// <summary>Golden messages with random damage, from a fixed seed: a peer can only ever cause a <see cref="ProtocolException"/>.</summary>
public sealed class FuzzTests
{
    private const int Seed = 3240;
    private const int Rounds = 200_000;

    /// <summary>What one damaged message may cost: the longest list has 255 interfaces for each device whose record came.</summary>
    private const long MaxBytesPerMessage = 64 * 1024;

    [Fact]
    public void A_damaged_message_ends_in_a_protocol_error_or_the_end_of_the_stream_and_takes_little_memory()
    {
        var random = new Random(Seed);
        var goldens = Golden.FileNames.Select(name => (Name: name, Bytes: Golden.Load(name))).ToArray();
        var refused = 0;

        for (var round = 0; round < Rounds; round++)
        {
            var (name, bytes) = goldens[random.Next(goldens.Length)];
            var damaged = Damage(bytes, random);
            var before = GC.GetAllocatedBytesForCurrentThread();

            refused += Survives(name, damaged, round) ? 0 : 1;

            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            taken.Should().BeLessThan(MaxBytesPerMessage, $"round {round} with {name} of {damaged.Length} bytes");
        }

        refused.Should().BeInRange(Rounds / 20, Rounds * 9 / 10, "damage must sometimes be noticed and sometimes be harmless");
    }

    [Fact]
    public void Random_bytes_are_refused_or_read_but_never_crash()
    {
        var random = new Random(Seed + 1);
        var names = Golden.FileNames;
        var bytes = new byte[4096];

        for (var round = 0; round < Rounds / 10; round++)
        {
            random.NextBytes(bytes);

            Survives(names[random.Next(names.Count)], bytes, round);
        }
    }

    private static bool Survives(string name, byte[] bytes, int round)
    {
        try
        {
            return Messages.Read(name, bytes) is not null;
        }
        catch (Exception exception) when (exception is ProtocolException or EndOfStreamException)
        {
            exception.Message.Should().NotBeEmpty().And.NotContainAny("\n", "\e");
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Seed {Seed}, round {round}, {name}: {Convert.ToHexString(bytes)}", exception);
        }
    }

    /// <summary>A few bytes changed; of what is read from a stream or has its own length, also a piece cut off or put in.</summary>
    private static byte[] Damage(byte[] golden, Random random)
    {
        var bytes = golden.ToList();
        for (var change = random.Next(1, 6); change > 0; change--)
        {
            var at = random.Next(bytes.Count);
            bytes[at] = random.Next(4) switch
            {
                0 => 0xFF,
                1 => 0,
                2 => (byte)(bytes[at] ^ (1 << random.Next(8))),
                _ => (byte)random.Next(256),
            };
        }

        if (random.Next(4) == 0)
        {
            bytes.InsertRange(random.Next(bytes.Count), Enumerable.Repeat((byte)random.Next(256), random.Next(1, 64)));
        }

        return [.. bytes];
    }
}
