namespace OssLogSinks.Core.Retry;

/// <summary>
/// The pauses after failures: exponential with full jitter, so that writers that failed together do not retry together.
/// </summary>
/// <param name="First">The longest first pause.</param>
/// <param name="Limit">The longest pause.</param>
internal sealed record RetrySchedule(TimeSpan First, TimeSpan Limit)
{
    /// <summary>The pause after so many failures in a row; <paramref name="chance"/> is at least 0 and less than 1.</summary>
    public TimeSpan DelayAfter(int failures, double chance)
    {
        var doublings = Math.Min(Math.Max(failures, 1) - 1, 40);
        var ceiling = Math.Min(First.Ticks * Math.Pow(2, doublings), Limit.Ticks);
        return new TimeSpan((long)(ceiling * chance));
    }
}

/// <summary>Random numbers for any thread.</summary>
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

/// <summary>Measures how long something has been failing: from the first failure to the next success.</summary>
internal sealed class RetryBudget
{
    private long? _failingSince;

    /// <summary>Failures in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>The latest known error of these failures; null if there is none.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>Whether the latest failure was a refusal, which an operator must resolve.</summary>
    public bool IsRefused { get; private set; }

    public void MarkFailure(TimeProvider time, Exception? error, bool isRefused)
    {
        IsRefused = isRefused;
        LastError = error ?? LastError;
        _failingSince ??= time.GetTimestamp();
        Failures++;
    }

    public void MarkSuccess()
    {
        _failingSince = null;
        LastError = null;
        Failures = 0;
    }

    public bool IsOver(TimeProvider time, TimeSpan limit) =>
        limit != Timeout.InfiniteTimeSpan && _failingSince is { } since && time.GetElapsedTime(since) >= limit;
}

/// <summary>Counts how often in a row something rare happens. A quiet time ends the row.</summary>
internal sealed class Recurrence
{
    private long? _lastAt;
    private int _count;

    /// <summary>Counts one occurrence, and returns how often it has happened in a row.</summary>
    public int Mark(TimeProvider time, TimeSpan quiet)
    {
        if (_lastAt is { } last && time.GetElapsedTime(last) > quiet)
            _count = 0;
        _lastAt = time.GetTimestamp();
        return ++_count;
    }
}
