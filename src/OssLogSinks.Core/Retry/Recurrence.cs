namespace OssLogSinks.Core.Retry;

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
