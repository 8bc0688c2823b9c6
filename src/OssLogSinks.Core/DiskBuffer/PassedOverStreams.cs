using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Streams that OSS refuses and whose share of memory is full: their records stay on disk, so that those of other streams can go
/// past them. All that comes later of such a stream is passed over too, for its order. Used by one reader.
/// </summary>
internal sealed class PassedOverStreams
{
    // What is not remembered is not passed over: it waits for room, and all behind it.
    private const int MostParts = 10_000;

    private readonly Dictionary<ulong, PassedOverStream> _streams = [];
    private int _parts;

    public bool Any => _streams.Count > 0;

    public IReadOnlyList<PassedOverStream> All => [.. _streams.Values];

    public bool Contains(StreamName name) => _streams.Count > 0 && _streams.ContainsKey(name.Hash);

    /// <summary>Passes a record over, later than all before.</summary>
    /// <returns>False if no more can be remembered.</returns>
    public bool TryAdd(BlockRecords records, BufferFolder folder, Segment segment)
    {
        var name = records.Streams[records.StreamIndex];
        var last = _streams.TryGetValue(name.Hash, out var stream) ? stream.LastPart : null;
        if (last?.Segment != segment)
        {
            if (_parts >= MostParts)
                return false;

            _parts++;
            last = new PassedOverPart(folder, segment, records.Id);
            if (stream is null)
                _streams.Add(name.Hash, stream = new PassedOverStream(name, records.Current.Time));
            stream.Add(last);
        }

        last.LastId = records.Id;
        last.Count++;
        return true;
    }

    /// <summary>The first part of a stream has been read; without parts, the stream goes on like any other.</summary>
    public void RemoveFirst(PassedOverStream stream)
    {
        _parts--;
        stream.Parts.Dequeue();
        if (stream.Parts.Count == 0)
            _streams.Remove(stream.Name.Hash);
    }
}

/// <summary>What is passed over of one stream.</summary>
internal sealed class PassedOverStream(StreamName name, DateTimeOffset time)
{
    public StreamName Name { get; } = name;

    /// <summary>Of one of its records.</summary>
    public DateTimeOffset Time { get; } = time;

    /// <summary>The segments that its records are in, in order.</summary>
    public Queue<PassedOverPart> Parts { get; } = new();

    public PassedOverPart? LastPart { get; private set; }

    public void Add(PassedOverPart part)
    {
        Parts.Enqueue(part);
        LastPart = part;
    }
}

/// <summary>What is passed over of one stream in one segment: all of its records from one id to another.</summary>
internal sealed class PassedOverPart(BufferFolder folder, Segment segment, long firstId)
{
    public BufferFolder Folder { get; } = folder;

    public Segment Segment { get; } = segment;

    public long FirstId { get; set; } = firstId;

    public long LastId { get; set; } = firstId;

    public long Count { get; set; }
}
