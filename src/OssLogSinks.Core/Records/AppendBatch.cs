using System.Buffers;
using System.Runtime.InteropServices;

namespace OssLogSinks.Core.Records;

/// <summary>
/// Whole records of one stream, one after the other in pooled pages. Filled under the buffer's lock. Once closed it belongs to the
/// shipper, which moves its cursor forward and releases it at the end.
/// </summary>
internal sealed class AppendBatch
{
    // The ends of this many records are in one page.
    private const int EndsPerPage = Page.Size / sizeof(int);

    // Memory of a state: an event with a few properties.
    private const int StateOverhead = 512;

    // Memory of an id, and the reserve for more.
    private const int IdOverhead = 16;

    /// <summary>The most memory of a record besides its bytes.</summary>
    public const int MostOverhead = Page.Size + StateOverhead + IdOverhead;

    private readonly PagePool? _pool;

    // The records' bytes; all pages but the last are full.
    private readonly List<Page> _pages = [];
    private Page _last;

    // Where each record ends in the bytes.
    private readonly List<Page> _endPages = [];
    private Page _lastEnds;
    private List<object>? _states;
    private List<int>? _stateRecords;
    private long[] _ids = [];
    private TaskCompletionSource<bool>? _completion;
    private bool _anyDropped;

    /// <param name="firstAcceptedAt">When its first record was accepted, as a timestamp of the time provider.</param>
    /// <param name="source">Receives the outcome of its records; null if nothing does.</param>
    /// <param name="pool">The pool of its pages, guarded by the lock under which it is filled and released; null for none.</param>
    public AppendBatch(long firstAcceptedAt, RecordSource? source = null, PagePool? pool = null)
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

    /// <summary>The append that another process was sending with these records when it ended; null if there is none.</summary>
    public AppendIntent? Recovered { get; set; }

    public int Length { get; private set; }

    public int Count { get; private set; }

    /// <summary>Memory of the batch, as the buffer's limit counts it.</summary>
    public int HeldBytes { get; private set; }

    /// <summary>Records before this one have their outcome.</summary>
    public int Cursor { get; private set; }

    public bool IsDone => Cursor == Count;

    /// <summary>Whether the records from the cursor on have no bytes at all.</summary>
    public bool IsRestEmpty => StartOf(Cursor) == Length;

    /// <summary>Memory for the bytes of one more record of this length.</summary>
    public int CostOf(int length) => (PagesFor(Length + length) - PagesFor(Length)) * Page.Size;

    /// <summary>Memory for one more record of this length.</summary>
    public int CostOf(int length, bool hasState) =>
        CostOf(length) + (Count % EndsPerPage == 0 ? Page.Size : 0) + (hasState ? StateOverhead : 0) + (Source is null ? 0 : IdOverhead);

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
        // All memory is allocated first, so that a record is added as a whole or, if there is no memory, not at all.
        var held = HeldBytes + CostOf(utf8.Length, state is not null);
        Reserve(utf8.Length);
        if (Source is not null)
            KeepId(id);
        if (state is not null)
        {
            (_stateRecords ??= []).Add(Count);
            (_states ??= []).Add(state);
        }

        Copy(utf8);
        KeepEnd();
        HeldBytes = held;
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
        while (end < Count && StartOf(end + 1) - StartOf(from) <= most)
            end++;

        return end;
    }

    /// <summary>The bytes of the records from <paramref name="from"/> to <paramref name="end"/>, after other bytes.</summary>
    public ReadOnlySequence<byte> BytesOf(int from, int end, ReadOnlyMemory<byte> before)
    {
        var pieces = new BytePieces();
        pieces.Add(before);
        var (start, last) = (StartOf(from), StartOf(end));
        while (start < last)
        {
            var piece = PieceAt(start);
            pieces.Add(piece[..Math.Min(piece.Length, last - start)]);
            start += piece.Length;
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

    /// <summary>Completes when no call that did not end in time may still be reading the records' bytes.</summary>
    public Task Readers { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// Returns the memory, except the records' bytes while there are <see cref="Readers"/>. The batch must not be used afterwards, except for
    /// <see cref="ReturnPages"/>.
    /// </summary>
    /// <returns>Whether all memory was returned.</returns>
    public bool Release()
    {
        var isRead = !Readers.IsCompleted;
        if (!isRead)
            ReturnPages();
        foreach (var page in _endPages)
            _pool?.Return(page);

        _endPages.Clear();
        if (_ids.Length > 0)
            ArrayPool<long>.Shared.Return(_ids);
        _ids = [];
        _completion?.TrySetResult(!_anyDropped);
        return !isRead;
    }

    /// <summary>Returns the memory of the records' bytes. Call it under the pool's lock, after the <see cref="Readers"/> have ended.</summary>
    public void ReturnPages()
    {
        foreach (var page in _pages)
            _pool?.Return(page);

        _pages.Clear();
    }

    /// <summary>Keeps the records' bytes out of the pool until a call has ended that may still be reading them.</summary>
    /// <param name="ended">Completes with the call, and never fails.</param>
    public void KeepUntil(Task ended) => Readers = Readers.IsCompleted ? ended : Task.WhenAll(Readers, ended);

    /// <summary>Whether its outcome is final, so that later results of a cancelled shipper are ignored.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Makes its outcome final. Its memory is not returned to the pool: a cancelled client may still be reading it.</summary>
    public void Abandon()
    {
        IsAbandoned = true;
        _completion?.TrySetResult(!_anyDropped);
    }

    private void Reserve(int length)
    {
        // With many streams the lists are in no CPU cache, so they are not read for each record.
        if (PagesFor(Length + length) > PagesFor(Length))
        {
            while (_pages.Count < PagesFor(Length + length))
                _pages.Add(_pool?.Rent(_pages is [.., var last] ? last : default) ?? Page.Make());
        }

        if (Count % EndsPerPage == 0 && _endPages.Count == Count / EndsPerPage)
            _endPages.Add(_pool?.RentApart() ?? Page.Make());
    }

    private void Copy(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var used = Length % Page.Size;
            if (used == 0)
                _last = _pages[Length / Page.Size];

            var count = Math.Min(Page.Size - used, bytes.Length);
            bytes.Slice(0, count).CopyTo(_last.Span.Slice(used));
            bytes = bytes.Slice(count);
            Length += count;
        }
    }

    private void KeepEnd()
    {
        if (Count % EndsPerPage == 0)
            _lastEnds = _endPages[Count / EndsPerPage];

        MemoryMarshal.Cast<byte, int>(_lastEnds.Span)[Count % EndsPerPage] = Length;
        Count++;
    }

    private void KeepId(long id)
    {
        if (Count == _ids.Length)
        {
            var larger = ArrayPool<long>.Shared.Rent(Math.Max(16, 2 * _ids.Length));
            _ids.AsSpan().CopyTo(larger);
            if (_ids.Length > 0)
                ArrayPool<long>.Shared.Return(_ids);
            _ids = larger;
        }

        _ids[Count] = id;
    }

    private int StartOf(int record) => record == 0 ? 0 : EndOf(record - 1);

    private int EndOf(int record) => MemoryMarshal.Cast<byte, int>(_endPages[record / EndsPerPage].Span)[record % EndsPerPage];

    // Pages that follow each other in memory are one piece.
    private ReadOnlyMemory<byte> PieceAt(int start)
    {
        var (first, end) = (start / Page.Size, (start / Page.Size) + 1);
        while (end < _pages.Count && _pages[end].Follows(_pages[end - 1]))
            end++;

        return _pages[first].Memory(end - first)[(start % Page.Size)..];
    }

    private static int PagesFor(int bytes) => (bytes + Page.Size - 1) / Page.Size;
}
