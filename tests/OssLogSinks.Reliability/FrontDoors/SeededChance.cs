namespace OssLogSinks.Reliability.FrontDoors;

/// <summary>Chance from a seed, for any thread.</summary>
internal static class SeededChance
{
    public static Func<double> Of(int seed)
    {
        var random = new Random(seed);
        var turn = new Lock();
        return () =>
        {
            lock (turn)
                return random.NextDouble();
        };
    }
}
