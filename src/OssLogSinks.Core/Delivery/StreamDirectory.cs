using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Delivery;

/// <summary>
/// Finds the stream of an event by its time and values. Removes idle streams beyond a limit, the longest idle one first; busy ones stay.
/// Guarded by the buffer's lock.
/// </summary>
internal sealed class StreamDirectory
{
    // A stream has several ids if the keys of several periods are the same: with the date format '%d', days of different months are.
    private const int IdsPerStream = 8;

    /// <summary>A stream's object counts as finished when its period has been over, and nothing was appended, for this long.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private readonly ObjectKeyTemplate _template;
    private readonly AppendContext _context;
    private readonly int _limit;
    private readonly Dictionary<StreamId, LogStream> _byId = [];
    private readonly Dictionary<StreamKey, LogStream> _byKey = [];
    private readonly Dictionary<ulong, LogStream> _byName = [];
    private readonly LinkedList<LogStream> _streams = new();

    public StreamDirectory(ObjectKeyTemplate template, AppendContext context, int limit)
    {
        _template = template;
        _context = context;
        _limit = limit;
    }

    public IEnumerable<LogStream> Streams => _streams;

    public int Count => _streams.Count;

    /// <summary>Idle streams, the longest idle one first.</summary>
    public LinkedList<LogStream> Idle { get; } = new();

    /// <summary>Whether streams end with their period, and their objects are sealed then.</summary>
    public bool SealsByTime => _context.Sealer is not null && _template.TimestampFormats.Count > 0;

    /// <summary>Finds or creates the stream of an event.</summary>
    public LogStream Find(DateTimeOffset time, ReadOnlyMemory<string?> values)
    {
        var period = _context.Policy.PeriodOf(time);
        var id = new StreamId(period, values);
        if (!_byId.TryGetValue(id, out var stream))
            stream = Add(id.Kept(), period, values);

        return Use(stream, period);
    }

    /// <summary>Finds or creates the stream of a record of the disk buffer.</summary>
    public LogStream Find(IBufferedStream name, DateTimeOffset time)
    {
        if (!_byName.TryGetValue(name.Hash, out var stream))
        {
            stream = FindOrMake(name.Key);
            stream.Name = name;
            _byName.Add(name.Hash, stream);
        }

        return Use(stream, SealsByTime ? _context.Policy.PeriodOf(time) : default);
    }

    /// <summary>Seals the object of an idle stream if its period ended that long ago; false otherwise.</summary>
    public bool TryFinish(LogStream stream, TimeSpan ago)
    {
        if (!SealsByTime || stream.State != StreamState.Idle || !IsOver(stream, _context.Settings.Time.GetUtcNow() - ago))
            return false;

        stream.Appender.Finish();
        return true;
    }

    /// <summary>Removes idle streams beyond the limit.</summary>
    public void Trim() => TrimTo(_limit);

    private static LogStream Use(LogStream stream, RollPeriod period)
    {
        if (period.Start > stream.LatestPeriod)
            stream.LatestPeriod = period.Start;
        return stream;
    }

    private void TrimTo(int count)
    {
        while (_streams.Count > count && Idle.First is { } longest)
            Forget(longest.Value);
    }

    private LogStream Add(StreamId id, RollPeriod period, ReadOnlyMemory<string?> values)
    {
        var key = _template.Render(period.Start, values.Span);
        var stream = FindOrMake(key);
        if (stream.Ids.Count == IdsPerStream)
        {
            _byId.Remove(stream.Ids[0]);
            stream.Ids.RemoveAt(0);
        }

        _byId.Add(id, stream);
        stream.Ids.Add(id);
        return stream;
    }

    private LogStream FindOrMake(StreamKey key)
    {
        if (_byKey.TryGetValue(key, out var stream))
            return stream;

        TrimTo(_limit - 1);
        stream = new LogStream(key, new ObjectAppender(_context, key));
        _byKey.Add(key, stream);
        _streams.AddLast(stream.Place);
        Idle.AddLast(stream.Turn);
        return stream;
    }

    // Compares keys, since a period can be finer than what they show. The stream of an event from the future is not over.
    private bool IsOver(LogStream stream, DateTimeOffset at) =>
        stream.LatestPeriod < at && !_template.ShowsSame(stream.LatestPeriod, _context.Policy.PeriodOf(at).Start);

    private void Forget(LogStream stream)
    {
        TryFinish(stream, TimeSpan.Zero);
        stream.Timer?.Dispose();
        stream.Appender.Dispose();
        _streams.Remove(stream.Place);
        Idle.Remove(stream.Turn);
        _byKey.Remove(stream.Key);
        foreach (var id in stream.Ids)
            _byId.Remove(id);
        if (stream.Name is { } name)
            _byName.Remove(name.Hash);
    }
}

/// <summary>The period and values that decide an event's stream, so that the key is rendered once for each stream, not for each event.</summary>
internal readonly struct StreamId : IEquatable<StreamId>
{
    private readonly RollPeriod _period;

    // Most keys show one value at most. Stored beside the period, it is compared without reading the array, which is in no CPU cache if there
    // are many streams.
    private readonly string? _first;
    private readonly ReadOnlyMemory<string?> _values;

    public StreamId(RollPeriod period, ReadOnlyMemory<string?> values)
    {
        _period = period;
        _first = values.IsEmpty ? null : values.Span[0];
        _values = values;
    }

    /// <summary>A copy that is safe to store.</summary>
    public StreamId Kept() => new(_period, _values.ToArray());

    public bool Equals(StreamId other)
    {
        if (_period.Start.Ticks != other._period.Start.Ticks || _period.Start.Offset != other._period.Start.Offset
            || _values.Length != other._values.Length || !string.Equals(_first, other._first, StringComparison.Ordinal))
        {
            return false;
        }

        for (var i = 1; i < _values.Length; i++)
        {
            if (!string.Equals(_values.Span[i], other._values.Span[i], StringComparison.Ordinal))
                return false;
        }

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
