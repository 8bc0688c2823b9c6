
namespace OssLogSinks.Extensions.Hosting;

/// <summary>Remembers for a limited time that a count of losses grew. A lower count means that counting restarted with a new configuration.</summary>
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

    /// <summary>Compares the current count with the last one.</summary>
    /// <returns>Time since the last loss was seen; null if there was none or it is too long ago.</returns>
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
