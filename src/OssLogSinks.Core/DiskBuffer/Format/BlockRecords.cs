using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Format;

/// <summary>
/// The records of one block, read in their order. Whatever the bytes hold, it ends without an exception and reads nothing
/// beyond the block.
/// </summary>
internal sealed class BlockRecords
{
    private static readonly long MostTicks = DateTime.MaxValue.Ticks;

    private readonly byte[] _bytes;
    private readonly int _start;
    private readonly BlockHeader _header;
    private int _at = BlockHeader.Size;
    private long _lastAccepted;
    private long _lastTicks;
    private long _lastOffset;
    private int _bodyAt;
    private int _bodyLength;

    public BlockRecords(byte[] bytes, int start, BlockHeader header, StreamName[] streams)
    {
        _bytes = bytes;
        _start = start;
        _header = header;
        Streams = streams;
        Sources = new RecordSource?[streams.Length];
        _lastAccepted = header.AcceptedAt;
        _lastTicks = unchecked(header.AcceptedAt * TimeSpan.TicksPerMillisecond);
        Id = header.FirstId - 1;
    }

    public BlockHeader Header => _header;

    public StreamName[] Streams { get; }

    /// <summary>Room for whoever reads to keep the source of each stream.</summary>
    public RecordSource?[] Sources { get; }

    /// <summary>The present record's id; before the first, the one before it.</summary>
    public long Id { get; private set; }

    public int StreamIndex { get; private set; }

    /// <summary>Whether the present record is still to be taken by whoever reads.</summary>
    public bool IsHeld { get; set; }

    public BufferedRecord Current => new(
        Id,
        new DateTimeOffset(_lastTicks + (_lastOffset * TimeSpan.TicksPerMinute), TimeSpan.FromMinutes(_lastOffset)),
        _lastAccepted * TimeSpan.TicksPerMillisecond,
        Streams[StreamIndex],
        _bytes.AsSpan(_start + _bodyAt, _bodyLength));

    /// <summary>Moves to the next record; false behind the last one, or where what comes is no record.</summary>
    public bool TryRead()
    {
        var bytes = new ReadOnlySpan<byte>(_bytes, _start, _header.RecordsEnd);
        if (Id >= _header.LastId
            || !Varint.TryRead(bytes, ref _at, out var head)
            || (head >> 1) >= (ulong)Streams.Length
            || ((head & 1) != 0 && !Varint.TryReadSigned(bytes, ref _at, out _lastOffset))
            || !Varint.TryReadSigned(bytes, ref _at, out var accepted)
            || !Varint.TryReadSigned(bytes, ref _at, out var ticks)
            || !Varint.TryRead(bytes, ref _at, out var length)
            || length > (ulong)(bytes.Length - _at))
            return false;

        _lastAccepted = unchecked(_lastAccepted + accepted);
        _lastTicks = unchecked(_lastTicks + ticks);
        var local = _lastTicks + (_lastOffset * TimeSpan.TicksPerMinute);
        if (_lastOffset is < -840 or > 840 || _lastTicks < 0 || _lastTicks > MostTicks || local < 0 || local > MostTicks
            || _lastAccepted < 0 || _lastAccepted > MostTicks / TimeSpan.TicksPerMillisecond)
            return false;

        StreamIndex = (int)(head >> 1);
        (_bodyAt, _bodyLength) = (_at, (int)length);
        _at += (int)length;
        Id++;
        return true;
    }
}
