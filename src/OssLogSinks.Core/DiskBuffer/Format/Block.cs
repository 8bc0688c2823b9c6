using System.Buffers;
using System.Buffers.Binary;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Format;

/// <summary>
/// Records on their way to disk, in the bytes that are written. Filled under the staging buffer's lock; afterwards owned by its holder. It gets
/// its memory at the start, and never more.
/// </summary>
internal sealed class Block
{
    // The fields: head, offset, time, length.
    private const int MostRecordHead = 4 * Varint.MaxBytes;

    // Array pools have arrays up to this size, in powers of two.
    private const int LargestPooled = 1 << 20;

    private readonly List<StreamName> _streams = [];
    private readonly Dictionary<StreamName, int> _indexes = [];
    private readonly List<(long Id, object State)> _states = [];

    // By the index of the stream; empty if records have no numbers.
    private readonly List<SequenceMark> _marks = [];
    private byte[] _bytes;
    private int _namesLength;
    private int _lastStream = -1;
    private readonly long _acceptedAt;
    private long _lastTicks;
    private short _lastOffset;

    /// <param name="capacity">Bytes that it must have space for.</param>
    /// <param name="firstId">The id of the first record.</param>
    /// <param name="now">The current time.</param>
    public Block(int capacity, long firstId, DateTimeOffset now)
    {
        _bytes = capacity <= LargestPooled ? ArrayPool<byte>.Shared.Rent(capacity) : new byte[capacity];
        FirstId = firstId;
        _acceptedAt = now.UtcTicks / TimeSpan.TicksPerMillisecond;
        _lastTicks = _acceptedAt * TimeSpan.TicksPerMillisecond;
        RecordsEnd = BlockHeader.Size;
    }

    public long FirstId { get; }

    public long LastId => FirstId + Count - 1;

    public int Count { get; private set; }

    /// <summary>Memory that it holds; memory limits count this.</summary>
    public int HeldBytes => _bytes.Length;

    /// <summary>Bytes that it takes on disk.</summary>
    public int Length => RecordsEnd + _namesLength;

    public byte[] Bytes => _bytes;

    private BlockHeader Header => new(Length, Count, FirstId, _acceptedAt, RecordsEnd);

    public int RecordsEnd { get; private set; }

    /// <summary>The streams of its records, ordered by their first record.</summary>
    public IReadOnlyList<StreamName> Streams => _streams;

    /// <summary>The states that are returned with the outcome of records, in the order of their ids.</summary>
    public IReadOnlyList<(long Id, object State)> States => _states;

    /// <summary>The last number of each stream that other processes may continue.</summary>
    public IEnumerable<(ulong Stream, SequenceMark Mark)> Marks =>
        _marks.Select((mark, index) => (_streams[index], mark)).Where(marked => !marked.Item1.Key.IsOwn).Select(marked => (marked.Item1.Hash, marked.mark));

    /// <summary>Memory that a block with this capacity holds.</summary>
    public static int HeldFor(int capacity)
    {
        if (capacity > LargestPooled)
            return capacity;

        var held = 16;
        while (held < capacity)
            held *= 2;
        return held;
    }

    /// <summary>Bytes that a block with only this record needs.</summary>
    public static int CapacityFor(StreamName stream, int length) => BlockHeader.Size + MostRecordHead + length + stream.Encoded.Length;

    /// <summary>Adds a record if there is space.</summary>
    public bool TryAdd(in LogRecord record, StreamName stream)
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

        _lastStream = index;
        WriteHead(record.Time, index, record.Utf8.Length);
        record.Utf8.Span.CopyTo(_bytes.AsSpan(RecordsEnd));
        RecordsEnd += record.Utf8.Length;
        Count++;
        if (record.State is { } state)
            _states.Add((LastId, state));
        return true;
    }

    /// <summary>Remembers the number of the record that was added last.</summary>
    public void Mark(SequenceMark mark)
    {
        while (_marks.Count <= _lastStream)
            _marks.Add(default);
        _marks[_lastStream] = mark;
    }

    /// <summary>
    /// Completes the bytes for a folder. Call it when no more records come, and again if the block is written to another folder.
    /// </summary>
    public void Seal(FolderId folderId)
    {
        var at = RecordsEnd;
        foreach (var stream in _streams)
        {
            stream.Encoded.CopyTo(_bytes.AsSpan(at));
            at += stream.Encoded.Length;
        }

        Header.WriteTo(_bytes, folderId);
    }

    /// <summary>Its records, to be read while it is held.</summary>
    /// <param name="withStates">Whether to include their states.</param>
    public BlockRecords Records(bool withStates = false) =>
        new(_bytes, 0, Header, [.. _streams]) { States = withStates ? _states : [] };

    /// <summary>Releases its memory; it must not be used afterwards.</summary>
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

    private void WriteHead(DateTimeOffset time, int index, int length)
    {
        var offset = (short)(time.Offset.Ticks / TimeSpan.TicksPerMinute);
        var ticks = time.UtcTicks;
        var target = _bytes.AsSpan(RecordsEnd);
        var at = Varint.Write(target, ((ulong)index << 1) | (offset == _lastOffset ? 0UL : 1UL));
        if (offset != _lastOffset)
            at += Varint.WriteSigned(target.Slice(at), offset);
        at += Varint.WriteSigned(target.Slice(at), unchecked(ticks - _lastTicks));
        at += Varint.Write(target.Slice(at), (ulong)length);
        RecordsEnd += at;
        (_lastOffset, _lastTicks) = (offset, ticks);
    }
}

/// <summary>The header of a block. No field can be trusted before the checksum of the whole block is verified.</summary>
/// <param name="Length">Bytes of the block, including its header.</param>
/// <param name="Count">The number of its records.</param>
/// <param name="FirstId">The id of its first record; the others follow without gaps.</param>
/// <param name="AcceptedAt">When its first record was accepted, in milliseconds of UTC. It counts for all of its records.</param>
/// <param name="RecordsEnd">Where in the block its records end and the names of their streams begin.</param>
internal readonly record struct BlockHeader(int Length, int Count, long FirstId, long AcceptedAt, int RecordsEnd)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 40;

    /// <summary>The largest block: the largest record and its stream's name.</summary>
    public const int LargestBlock = (64 << 20) + (16 << 10);

    /// <summary>Bytes of the smallest record.</summary>
    public const int SmallestRecord = 3;

    // The checksum covers the bytes from here.
    private const int CoveredFrom = 8;

    public long LastId => FirstId + Count - 1;

    /// <summary>Writes the header of a block that is otherwise complete.</summary>
    public void WriteTo(Span<byte> block, FolderId folderId)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block, folderId.Mark);
        BinaryPrimitives.WriteInt32LittleEndian(block.Slice(8), Length);
        BinaryPrimitives.WriteInt32LittleEndian(block.Slice(12), Count);
        BinaryPrimitives.WriteInt64LittleEndian(block.Slice(16), FirstId);
        BinaryPrimitives.WriteInt64LittleEndian(block.Slice(24), AcceptedAt);
        BinaryPrimitives.WriteInt32LittleEndian(block.Slice(32), RecordsEnd);
        BinaryPrimitives.WriteInt32LittleEndian(block.Slice(36), 0);
        BinaryPrimitives.WriteUInt32LittleEndian(block.Slice(4), Checksum(block.Slice(0, Length), folderId));
    }

    /// <summary>Reads a header with plausible fields; only the checksum proves that it is one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, FolderId folderId, out BlockHeader header)
    {
        header = default;
        if (bytes.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != folderId.Mark)
            return false;

        header = new BlockHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(8)),
            BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(12)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(16)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice(24)),
            BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(32)));
        return header.Length is > Size and <= LargestBlock
            && header.RecordsEnd > Size && header.RecordsEnd < header.Length
            && header.Count > 0 && header.Count <= (header.RecordsEnd - Size) / SmallestRecord
            && header.FirstId > 0 && header.FirstId <= long.MaxValue - header.Count
            && header.AcceptedAt >= 0 && header.AcceptedAt <= DateTime.MaxValue.Ticks / TimeSpan.TicksPerMillisecond;
    }

    /// <summary>Whether the checksum of a block is right.</summary>
    public static bool Verifies(ReadOnlySpan<byte> block, FolderId folderId) =>
        BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(4)) == Checksum(block, folderId);

    private static uint Checksum(ReadOnlySpan<byte> block, FolderId folderId) => Crc32C.Append(folderId.Seed, block.Slice(CoveredFrom));
}

/// <summary>The records of one block, in order. With any bytes, it throws no exception and reads nothing beyond the block.</summary>
internal sealed class BlockRecords(byte[] bytes, int start, BlockHeader header, StreamName[] streams)
{
    private static readonly long MostTicks = DateTime.MaxValue.Ticks;

    private int _at = BlockHeader.Size;
    private long _lastTicks = unchecked(header.AcceptedAt * TimeSpan.TicksPerMillisecond);
    private long _lastOffset;
    private int _bodyAt;
    private int _bodyLength;
    private int _statesBefore;

    public BlockHeader Header { get; } = header;

    public StreamName[] Streams { get; } = streams;

    /// <summary>The source of each stream, stored here by the reader.</summary>
    public RecordSource?[] Sources { get; } = new RecordSource?[streams.Length];

    /// <summary>The current record's id; before the first record, the id before it.</summary>
    public long Id { get; private set; } = header.FirstId - 1;

    public int StreamIndex { get; private set; }

    /// <summary>The states that are returned with the outcome of records, in the order of their ids.</summary>
    public IReadOnlyList<(long Id, object State)> States { get; init; } = [];

    /// <summary>The current record's state; null if it has none.</summary>
    public object? State
    {
        get
        {
            while (_statesBefore < States.Count && States[_statesBefore].Id < Id)
                _statesBefore++;
            return _statesBefore < States.Count && States[_statesBefore].Id == Id ? States[_statesBefore].State : null;
        }
    }

    /// <summary>Whether the current record is still to be passed on.</summary>
    public bool IsHeld { get; set; }

    public BufferedRecord Current => new(
        Id,
        new DateTimeOffset(_lastTicks + (_lastOffset * TimeSpan.TicksPerMinute), new TimeSpan(_lastOffset * TimeSpan.TicksPerMinute)),
        Header.AcceptedAt * TimeSpan.TicksPerMillisecond,
        Streams[StreamIndex],
        bytes.AsSpan(start + _bodyAt, _bodyLength));

    /// <summary>Moves to the next record; false after the last one, or if the next bytes are not a record.</summary>
    public bool TryRead()
    {
        var source = new ReadOnlySpan<byte>(bytes, start, Header.RecordsEnd);
        if (Id >= Header.LastId
            || !Varint.TryRead(source, ref _at, out var head)
            || (head >> 1) >= (ulong)Streams.Length
            || ((head & 1) != 0 && !Varint.TryReadSigned(source, ref _at, out _lastOffset))
            || !Varint.TryReadSigned(source, ref _at, out var ticks)
            || !Varint.TryRead(source, ref _at, out var length)
            || length > (ulong)(source.Length - _at))
        {
            return false;
        }

        _lastTicks = unchecked(_lastTicks + ticks);
        var local = _lastTicks + (_lastOffset * TimeSpan.TicksPerMinute);
        if (_lastOffset is < -840 or > 840 || _lastTicks < 0 || _lastTicks > MostTicks || local < 0 || local > MostTicks)
            return false;

        StreamIndex = (int)(head >> 1);
        (_bodyAt, _bodyLength) = (_at, (int)length);
        _at += (int)length;
        Id++;
        return true;
    }
}
