using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Delivery;

/// <summary>What decides an event's stream, before the key is rendered: so that the key is rendered once a stream, not once an event.</summary>
internal readonly struct StreamId : IEquatable<StreamId>
{
    private readonly RollPeriod _period;
    private readonly ReadOnlyMemory<string?> _values;

    public StreamId(RollPeriod period, ReadOnlyMemory<string?> values)
    {
        _period = period;
        _values = values;
    }

    /// <summary>The same id with values of its own, to be kept.</summary>
    public StreamId Kept() => new(_period, _values.ToArray());

    public bool Equals(StreamId other)
    {
        if (_period.Start.Ticks != other._period.Start.Ticks || _period.Start.Offset != other._period.Start.Offset
            || _values.Length != other._values.Length)
            return false;

        var mine = _values.Span;
        var others = other._values.Span;
        for (var i = 0; i < mine.Length; i++)
            if (!string.Equals(mine[i], others[i], StringComparison.Ordinal))
                return false;

        return true;
    }

    public override bool Equals(object? obj) => obj is StreamId other && Equals(other);

    public override int GetHashCode()
    {
        var hash = _period.Start.GetHashCode();
        foreach (var value in _values.Span)
            hash = unchecked((hash * 397) ^ (value is null ? 0 : StringComparer.Ordinal.GetHashCode(value)));

        return hash;
    }
}
