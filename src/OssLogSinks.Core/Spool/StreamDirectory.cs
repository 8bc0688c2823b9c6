using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Spool;

/// <summary>
/// Finds an event's stream by its time and values. Keeps as many streams as it may; an idle one that was not used for
/// longest is forgotten first. Guarded by the spool's lock.
/// </summary>
internal sealed class StreamDirectory
{
    // Several ids lead to one stream where a date format shows less than its finest unit, '%d' for instance.
    private const int IdsPerStream = 8;

    private readonly ObjectKeyTemplate _template;
    private readonly AppendContext _context;
    private readonly int _limit;
    private readonly Dictionary<StreamId, LogStream> _byId = [];
    private readonly Dictionary<StreamKey, LogStream> _byKey = [];
    private readonly LinkedList<LogStream> _recency = new();

    public StreamDirectory(ObjectKeyTemplate template, AppendContext context, int limit)
    {
        _template = template;
        _context = context;
        _limit = limit;
    }

    public IEnumerable<LogStream> Streams => _recency;

    public int Count => _recency.Count;

    /// <summary>The stream of an event, made if it is new.</summary>
    public LogStream Find(DateTimeOffset time, ReadOnlyMemory<string?> values)
    {
        var period = _context.Policy.PeriodOf(time);
        var id = new StreamId(period, values);
        if (!_byId.TryGetValue(id, out var stream))
            stream = Add(id.Kept(), period, values);

        if (stream.Recency != _recency.First)
        {
            _recency.Remove(stream.Recency);
            _recency.AddFirst(stream.Recency);
        }

        return stream;
    }

    /// <summary>Forgets idle streams until no more are kept than may be.</summary>
    public void Trim() => TrimTo(_limit);

    private void TrimTo(int count)
    {
        for (var node = _recency.Last; node is not null && _recency.Count > count;)
        {
            var stream = node.Value;
            node = node.Previous;
            if (stream.State == StreamState.Idle)
                Forget(stream);
        }
    }

    private LogStream Add(StreamId id, RollPeriod period, ReadOnlyMemory<string?> values)
    {
        var key = _template.Render(period.Start, values.Span);
        if (!_byKey.TryGetValue(key, out var stream))
        {
            TrimTo(_limit - 1);
            stream = new LogStream(key, new ObjectAppender(_context, key));
            _byKey.Add(key, stream);
            _recency.AddFirst(stream.Recency);
        }

        if (stream.Ids.Count == IdsPerStream)
        {
            _byId.Remove(stream.Ids[0]);
            stream.Ids.RemoveAt(0);
        }

        _byId.Add(id, stream);
        stream.Ids.Add(id);
        return stream;
    }

    private void Forget(LogStream stream)
    {
        stream.Timer?.Dispose();
        _recency.Remove(stream.Recency);
        _byKey.Remove(stream.Key);
        foreach (var id in stream.Ids)
            _byId.Remove(id);
    }
}
