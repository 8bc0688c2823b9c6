namespace OssLogSinks.Core.Retry;

/// <summary>
/// How long to wait after failures: exponential with full jitter, so that many writers that failed together do not
/// come back together. A pure function of its settings, the number of failures and chance.
/// </summary>
/// <param name="First">The most that the first pause can be.</param>
/// <param name="Limit">The most that any pause can be.</param>
internal sealed record RetrySchedule(TimeSpan First, TimeSpan Limit)
{
    /// <summary>The pause after <paramref name="failures"/> failures in a row.</summary>
    /// <param name="failures">At least 1.</param>
    /// <param name="chance">From 0 up to but not 1.</param>
    public TimeSpan DelayAfter(int failures, double chance)
    {
        var doublings = Math.Min(Math.Max(failures, 1) - 1, 40);
        var ceiling = Math.Min(First.Ticks * Math.Pow(2, doublings), Limit.Ticks);
        return new TimeSpan((long)(ceiling * chance));
    }
}

/// <summary>Chance that any thread may draw from.</summary>
internal static class Chance
{
    [ThreadStatic]
    private static Random? _random;

    public static double Next()
    {
        _random ??= new Random(Guid.NewGuid().GetHashCode());
#pragma warning disable CA5394 // Pauses between retries need no cryptographic chance.
        return _random.NextDouble();
#pragma warning restore CA5394
    }
}
