
namespace OssLogSinks.HealthChecks;

/// <summary>Remembers when a count of losses was last seen to grow, for a while. A count that falls began again, with a new configuration.</summary>
internal sealed class LossWatch
{
    private readonly TimeSpan _memory;
    private readonly TimeProvider _time;
    private readonly object _gate = new();

    // Guarded by _gate.
    private long _seen;
    private long? _lostAt;

    public LossWatch(TimeSpan memory, TimeProvider time)
    {
        _memory = memory;
        _time = time;
    }

    /// <summary>Takes the count as it is now.</summary>
    /// <returns>How long ago the last loss was seen; null if there was none, or it is forgotten.</returns>
    public TimeSpan? Look(long losses)
    {
        lock (_gate)
        {
            var isMore = losses > _seen || (losses < _seen && losses > 0);
            _seen = losses;
            if (isMore)
                _lostAt = _time.GetTimestamp();
            if (_lostAt is { } at && _time.GetElapsedTime(at) >= _memory)
                _lostAt = null;

            return _lostAt is { } lostAt ? _time.GetElapsedTime(lostAt) : null;
        }
    }
}
