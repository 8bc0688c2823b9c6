using System.Buffers;

namespace OssLogSinks.Core.Records;

/// <summary>
/// Whole records of one stream as contiguous bytes in pooled segments. Filled under the buffer's lock. Once closed it belongs to the
/// shipper, which moves its cursor forward and releases it at the end.
/// </summary>
internal sealed class AppendBatch
{
    // Memory of a record besides its bytes: its end, and the reserve of lists.
    private const int RecordOverhead = 12;

    // Memory of a state: an event with a few properties.
    private const int StateOverhead = 512;

    // Memory of an id, and the reserve for more.
    private const int IdOverhead = 16;

    /// <summary>The most memory of a record besides its bytes.</summary>
    public const int MostOverhead = RecordOverhead + StateOverhead + IdOverhead;

    // Two segments of each size: little memory is unused, and few pieces are sent.
    private const int SegmentsOfASize = 2;

    private readonly List<byte[]> _segments = [];
    private readonly SegmentPool? _pool;
    private readonly List<int> _ends = [];
    private List<object>? _states;
    private List<int>? _stateRecords;
    private long[] _ids = [];
    private int _capacity;
    private TaskCompletionSource<bool>? _completion;
    private bool _anyDropped;

    /// <param name="firstAcceptedAt">When its first record was accepted, as a timestamp of the time provider.</param>
    /// <param name="source">Receives the outcome of its records; null if nothing does.</param>
    /// <param name="pool">The pool of its segments, guarded by the lock under which it is filled and released; null for none.</param>
    public AppendBatch(long firstAcceptedAt, RecordSource? source = null, SegmentPool? pool = null)
    {
        FirstAcceptedAt = firstAcceptedAt;
        Source = source;
        _pool = pool;
    }

    /// <summary>When the first record was accepted that causes an append, as a timestamp of the time provider.</summary>
    public long FirstAcceptedAt { get; private set; }

    /// <summary>Whether it causes an append: not while it has only records that delivery itself logged.</summary>
    public bool CausesAppend { get; private set; }

    /// <summary>Receives the outcome of its records; null if nothing does.</summary>
    public RecordSource? Source { get; }

    public int Length { get; private set; }

    public int Count => _ends.Count;

    /// <summary>Memory of the batch, as the buffer's limit counts it.</summary>
    public int HeldBytes { get; private set; }

    /// <summary>Records before this one have their outcome.</summary>
    public int Cursor { get; private set; }

    public bool IsDone => Cursor == Count;

    /// <summary>Whether the records from the cursor on have no bytes at all.</summary>
    public bool IsRestEmpty => StartOf(Cursor) == Length;

    /// <summary>Memory for the bytes of one more record of this length.</summary>
    public int CostOf(int length) => Length + length <= _capacity ? 0 : RentedFor(length);

    /// <summary>Memory for one more record of this length.</summary>
    public int CostOf(int length, bool hasState) =>
        RecordOverhead + (hasState ? StateOverhead : 0) + (Source is null ? 0 : IdOverhead) + CostOf(length);

    /// <summary>Lets it cause an append. It waits for others to share its append from now on.</summary>
    public void MakeCauseAppend(long now)
    {
        if (CausesAppend)
            return;

        CausesAppend = true;
        if (Count > 0)
            FirstAcceptedAt = now;
    }

    /// <summary>Adds a record.</summary>
    /// <param name="utf8">Its bytes; copied.</param>
    /// <param name="state">Is passed to the listener with the outcome; null for nothing.</param>
    /// <param name="id">Its number in the source; ignored without a source.</param>
    public void Add(ReadOnlySpan<byte> utf8, object? state, long id)
    {
        HeldBytes += CostOf(utf8.Length, state is not null);
        Reserve(utf8.Length);
        Copy(utf8);
        _ends.Add(Length);
        if (Source is not null)
            KeepId(id);
        if (state is not null)
        {
            (_states ??= []).Add(state);
            (_stateRecords ??= []).Add(Count - 1);
        }
    }

    /// <summary>A record's number in the source.</summary>
    public long IdOf(int record) => _ids[record];

    /// <summary>The first record from the cursor on whose number is beyond <paramref name="id"/>.</summary>
    public int EndOfIds(long id)
    {
        var end = Cursor;
        while (end < Count && _ids[end] <= id)
            end++;

        return end;
    }

    /// <summary>
    /// Cuts the records from the cursor on for an object with this many bytes of space: all that begin below its limit, and at least one.
    /// </summary>
    /// <returns>The record after the last one of the cut.</returns>
    public int CutBelow(long space)
    {
        if (Length - StartOf(Cursor) <= space)
            return Count;

        var end = Cursor + 1;
        while (end < Count && StartOf(end) - StartOf(Cursor) < space)
            end++;

        return end;
    }

    /// <summary>Cuts the records from <paramref name="from"/> on that fit into so many bytes; at least one.</summary>
    /// <returns>The record after the last one of the cut.</returns>
    public int CutWithin(int from, long most)
    {
        if (Length - StartOf(from) <= most)
            return Count;

        var end = from + 1;
        while (end < Count && _ends[end] - StartOf(from) <= most)
            end++;

        return end;
    }

    /// <summary>The bytes of the records from <paramref name="from"/> to <paramref name="end"/>, after other bytes.</summary>
    public ReadOnlySequence<byte> BytesOf(int from, int end, ReadOnlyMemory<byte> before)
    {
        var pieces = new BytePieces();
        pieces.Add(before);
        var (start, rest) = (StartOf(from), StartOf(end) - StartOf(from));
        foreach (var segment in _segments)
        {
            var count = Math.Min(segment.Length - start, rest);
            if (count > 0)
            {
                pieces.Add(segment.AsMemory(start, count));
                rest -= count;
            }

            start = Math.Max(0, start - segment.Length);
        }

        return pieces.ToSequence();
    }

    /// <summary>The states of the records from the cursor to <paramref name="end"/> that have one.</summary>
    public IReadOnlyList<object> StatesTo(int end)
    {
        if (_states is null)
            return [];
        if (Cursor == 0 && end == Count)
            return _states;

        return _states.Where((_, i) => _stateRecords![i] >= Cursor && _stateRecords[i] < end).ToArray();
    }

    /// <summary>The records before <paramref name="end"/> have an outcome. Call <see cref="Settle"/> to tell the source.</summary>
    public void MoveTo(int end, bool dropped)
    {
        Cursor = end;
        _anyDropped |= dropped;
    }

    /// <summary>Tells the source the outcome of records.</summary>
    public void Settle(int from, int end, bool dropped)
    {
        if (end > from)
            Source?.Settle(_ids.AsSpan(from, end - from), dropped);
    }

    /// <summary>Ends when every record has its outcome; true if all are delivered.</summary>
    public Task<bool> Completion => (_completion ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Returns the memory. The batch must not be used afterwards.</summary>
    public void Release()
    {
        for (var i = 0; i < _segments.Count; i++)
            _pool?.Return(SizeOf(i), _segments[i]);

        _segments.Clear();
        if (_ids.Length > 0)
            ArrayPool<long>.Shared.Return(_ids);
        _ids = [];
        _completion?.TrySetResult(!_anyDropped);
    }

    /// <summary>Whether its outcome is final, so that later results of a cancelled shipper are ignored.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Makes its outcome final. Its memory is not returned to the pool: a cancelled client may still be reading it.</summary>
    public void Abandon()
    {
        IsAbandoned = true;
        _completion?.TrySetResult(!_anyDropped);
    }

    private void KeepId(long id)
    {
        if (Count > _ids.Length)
        {
            var larger = ArrayPool<long>.Shared.Rent(Math.Max(16, 2 * _ids.Length));
            _ids.AsSpan().CopyTo(larger);
            if (_ids.Length > 0)
                ArrayPool<long>.Shared.Return(_ids);
            _ids = larger;
        }

        _ids[Count - 1] = id;
    }

    private int StartOf(int record) => record == 0 ? 0 : _ends[record - 1];

    private int RentedFor(int length)
    {
        var rented = 0;
        for (var segments = _segments.Count; Length + length > _capacity + rented; segments++)
            rented += SegmentPool.BytesOf(SizeOf(segments));

        return rented;
    }

    private void Reserve(int length)
    {
        while (Length + length > _capacity)
        {
            var size = SizeOf(_segments.Count);
            _segments.Add(_pool?.Rent(size) ?? SegmentPool.Make(size));
            _capacity += SegmentPool.BytesOf(size);
        }
    }

    private void Copy(ReadOnlySpan<byte> bytes)
    {
        // All segments before the last are full, except while a large record is copied into several new ones.
        var start = _capacity;
        var segment = _segments.Count;
        while (start > Length)
            start -= _segments[--segment].Length;

        while (bytes.Length > 0)
        {
            var target = _segments[segment].AsSpan(Length - start);
            var count = Math.Min(target.Length, bytes.Length);
            bytes.Slice(0, count).CopyTo(target);
            bytes = bytes.Slice(count);
            Length += count;
            start += _segments[segment++].Length;
        }
    }

    private static int SizeOf(int segment) => Math.Min(segment / SegmentsOfASize, SegmentPool.LargestSize);
}
