namespace UsbIp.Host.Commands;

/// <summary>Busids in the order of their numbers: 1-2 before 1-10.</summary>
internal sealed class BusIdOrder : IComparer<string>
{
    public static BusIdOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var left = Numbers(x);
        var right = Numbers(y);
        for (var index = 0; index < Math.Min(left.Length, right.Length); index++)
        {
            var order = left[index].CompareTo(right[index]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(x, y);
    }

    private static int[] Numbers(string? busId) =>
        [.. (busId ?? "").Split('-', '.').Select(part => int.TryParse(part, out var number) ? number : int.MaxValue)];
}
