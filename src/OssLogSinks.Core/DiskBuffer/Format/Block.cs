using System.Buffers;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Format;

/// <summary>
/// Records on their way to disk, in the very bytes that are written. Filled under the staging buffer's lock; once taken from
/// there it belongs to whoever holds it. It never grows beyond the memory that it begins with.
/// </summary>
internal sealed class Block
{
    // Head, accepted, time, offset, length.
    private const int MostRecordHead = 5 * Varint.MaxBytes;

    // Pools have arrays up to here, of powers of two.
    private const int LargestPooled = 1 << 20;
    private const long TicksPerMillisecond = TimeSpan.TicksPerMillisecond;

    private readonly List<StreamName> _streams = [];
    private readonly Dictionary<StreamName, int> _indexes = [];
    private readonly List<(long Id, object State)> _states = [];
    private byte[] _bytes;
    private int _namesLength;
    private int _lastStream = -1;
    private long _firstAccepted;
    private long _lastAccepted;
    private long _lastTicks;
    private short _lastOffset;

    /// <param name="capacity">Bytes that it must have room for.</param>
    /// <param name="firstId">The id of the first record.</param>
    /// <param name="begunAt">When the first record comes, on the time provider's own scale.</param>
    public Block(int capacity, long firstId, long begunAt)
    {
        _bytes = capacity <= LargestPooled ? ArrayPool<byte>.Shared.Rent(capacity) : new byte[capacity];
        FirstId = firstId;
        BegunAt = begunAt;
        RecordsEnd = BlockHeader.Size;
    }

    public long FirstId { get; }

    public long LastId => FirstId + Count - 1;

    public int Count { get; private set; }

    public long BegunAt { get; }

    /// <summary>Memory that it holds: what limits count.</summary>
    public int HeldBytes => _bytes.Length;

    /// <summary>Bytes that it takes on disk.</summary>
    public int Length => RecordsEnd + _namesLength;

    public byte[] Bytes => _bytes;

    public int RecordsEnd { get; private set; }

    /// <summary>The streams of its records, in the order of their first.</summary>
    public IReadOnlyList<StreamName> Streams => _streams;

    /// <summary>What is handed back with the outcome of records, in the order of their ids.</summary>
    public IReadOnlyList<(long Id, object State)> States => _states;

    /// <summary>Memory that a block with room for so many bytes holds.</summary>
    public static int HeldFor(int capacity)
    {
        if (capacity > LargestPooled)
            return capacity;

        var held = 16;
        while (held < capacity)
            held *= 2;
        return held;
    }

    /// <summary>The bytes that a block with one such record takes.</summary>
    public static int CapacityFor(StreamName stream, int length) => BlockHeader.Size + MostRecordHead + length + stream.Encoded.Length;

    /// <summary>Adds a record if there is room.</summary>
    public bool TryAdd(in LogRecord record, StreamName stream, long acceptedTicks)
    {
        var index = IndexOf(stream);
        var name = index < 0 ? stream.Encoded.Length : 0;
        if (Length + name + MostRecordHead + record.Utf8.Length > _bytes.Length)
            return false;

        if (index < 0)
        {
            index = _streams.Count;
            _streams.Add(stream);
            _indexes.Add(stream, index);
            _namesLength += name;
        }

        var accepted = acceptedTicks / TicksPerMillisecond;
        if (Count == 0)
            (_firstAccepted, _lastAccepted, _lastTicks) = (accepted, accepted, accepted * TicksPerMillisecond);
        _lastStream = index;
        WriteHead(record.Time, index, accepted, record.Utf8.Length);
        record.Utf8.Span.CopyTo(_bytes.AsSpan(RecordsEnd));
        RecordsEnd += record.Utf8.Length;
        Count++;
        if (record.State is { } state)
            _states.Add((LastId, state));
        return true;
    }

    /// <summary>Makes the bytes complete: to be called once, when no more records come.</summary>
    public void Seal(FolderSalt salt)
    {
        var at = RecordsEnd;
        foreach (var stream in _streams)
        {
            stream.Encoded.CopyTo(_bytes.AsSpan(at));
            at += stream.Encoded.Length;
        }

        new BlockHeader(Length, Count, FirstId, _firstAccepted, RecordsEnd).WriteTo(_bytes, salt);
    }

    /// <summary>Its records, to be read while it is held.</summary>
    public BlockRecords Records() =>
        new(_bytes, 0, new BlockHeader(Length, Count, FirstId, _firstAccepted, RecordsEnd), [.. _streams]);

    /// <summary>Gives its memory back. It is not to be used any more.</summary>
    public void Release()
    {
        if (_bytes.Length is > 0 and <= LargestPooled)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private int IndexOf(StreamName stream)
    {
        if (_lastStream >= 0 && ReferenceEquals(_streams[_lastStream], stream))
            return _lastStream;

        return _indexes.TryGetValue(stream, out var index) ? index : -1;
    }

    private void WriteHead(DateTimeOffset time, int index, long accepted, int length)
    {
        var offset = (short)(time.Offset.Ticks / TimeSpan.TicksPerMinute);
        var ticks = time.UtcTicks;
        var target = _bytes.AsSpan(RecordsEnd);
        var at = Varint.Write(target, ((ulong)index << 1) | (offset == _lastOffset ? 0UL : 1UL));
        if (offset != _lastOffset)
            at += Varint.WriteSigned(target.Slice(at), offset);
        at += Varint.WriteSigned(target.Slice(at), accepted - _lastAccepted);
        at += Varint.WriteSigned(target.Slice(at), unchecked(ticks - _lastTicks));
        at += Varint.Write(target.Slice(at), (ulong)length);
        RecordsEnd += at;
        (_lastOffset, _lastAccepted, _lastTicks) = (offset, accepted, ticks);
    }
}
