namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// How many streams a folder's journal may have to remember: those with a record that is not older than the oldest segment.
/// Used by the writer's loop alone.
/// </summary>
internal sealed class StreamCensus
{
    // By stream: no record of it on disk has a higher id.
    private readonly Dictionary<ulong, long> _lastIds = [];
    private long _oldest;

    /// <summary>How many there would be with a block more.</summary>
    public int CountWith(SpoolBlock block) => _lastIds.Count + block.Streams.Count(stream => !_lastIds.ContainsKey(stream));

    /// <summary>A block was written.</summary>
    public void Add(SpoolBlock block)
    {
        foreach (var stream in block.Streams)
            _lastIds[stream] = block.LastId;
    }

    /// <summary>The segments that begin below this id have gone.</summary>
    public void Forget(long below)
    {
        if (below == _oldest)
            return;

        _oldest = below;
        foreach (var stream in _lastIds.Where(last => last.Value < below).Select(last => last.Key).ToArray())
            _lastIds.Remove(stream);
    }
}
