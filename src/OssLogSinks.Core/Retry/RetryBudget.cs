namespace OssLogSinks.Core.Retry;

/// <summary>How long something has been failing, and whether that is long enough to give up. Starts at the first failure, ends with a success.</summary>
internal sealed class RetryBudget
{
    private long? _failingSince;

    /// <summary>Failures in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>The latest error of these failures that is known; null if none is.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>Whether the latest failure was a refusal, which somebody has to mend.</summary>
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

/// <summary>Counts how often in a row something happens that should be rare. A quiet time ends the row.</summary>
internal sealed class Recurrence
{
    private long? _lastAt;
    private int _count;

    /// <summary>It has happened again.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="quiet">How long it must not have happened for the row to end.</param>
    /// <returns>How often it has happened in a row, at least 1.</returns>
    public int Mark(TimeProvider time, TimeSpan quiet)
    {
        if (_lastAt is { } last && time.GetElapsedTime(last) > quiet)
            _count = 0;
        _lastAt = time.GetTimestamp();
        return ++_count;
    }
}
