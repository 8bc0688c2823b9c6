using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Accepts records: copies them into blocks in bounded memory, in the order of their ids, until the writer takes them to disk. Never waits. The
/// whole memory of a block counts, not only the used part.
/// </summary>
internal sealed class StagingBuffer(ObjectKeyTemplate template, RollingPolicy policy, TimeProvider time, FlushTracker tracker, ThreadSignal work, long limit)
{
    private const int LargestBlock = 256 << 10;
    private const int SmallestBlock = 4 << 10;
    private const int FirstBlock = 16 << 10;
    private const int BlocksInMemory = 16;

    // If this many bytes wait, they are written at once, however recent the last write is; fewer bytes if the memory limit is small.
    private const int MostUrgentBytes = 4 << 20;
    private const int UrgentShare = 4;

    private const int MostNames = 10_000;

    private readonly object _gate = new();
    private readonly long _urgentBytes = Math.Min(MostUrgentBytes, limit / UrgentShare);
    private readonly int _largestBlock = LargestFor(limit);

    // Guarded by _gate.
    private readonly Dictionary<StreamId, StreamName> _names = [];
    private readonly Queue<Block> _blocks = new();
    private readonly Queue<long> _begun = new();
    private Block? _open;
    private TaskCompletionSource<bool>? _space;
    private long _heldBytes;
    private long _waitingBytes;
    private int _nextCapacity = Math.Min(FirstBlock, LargestFor(limit));
    private long _lastId;
    private bool _isClosed;

    /// <summary>Numbers the records; null if they have no numbers.</summary>
    public StreamNumbers? Numbers { get; init; }

    /// <summary>Memory that blocks hold, including those being written or read.</summary>
    public long HeldBytes => Locked(() => _heldBytes);

    /// <summary>The id of the last accepted record; the first one has the id 1.</summary>
    public long LastId => Locked(() => _lastId);

    /// <summary>Whether a caller waits for memory.</summary>
    public bool IsFull => Locked(() => _space is not null);

    public bool IsClosed => Locked(() => _isClosed);

    public bool HasWork => Locked(() => _waitingBytes > 0);

    /// <summary>Whether waiting records should be written now.</summary>
    public bool IsUrgent => Locked(() => _isClosed || _waitingBytes >= _urgentBytes);

    /// <summary>How long the oldest record here has waited; zero if there is none.</summary>
    public TimeSpan OldestAge() => Locked(() => _begun.Count > 0 ? time.GetElapsedTime(_begun.Peek()) : TimeSpan.Zero);

    public Acceptance TryAdd(in LogRecord record, bool causesAppend, out Task? spaceAvailable)
    {
        spaceAvailable = null;
        bool hasWork;
        lock (_gate)
        {
            if (_isClosed)
                return Acceptance.Closed;

            var stream = NameOf(record);
            if (Numbers is null ? !TryPut(record, stream, out var added) : !TryPutNumbered(record, stream, out added))
            {
                if (_space is null)
                {
                    _space = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    work.Set();
                }

                spaceAvailable = _space.Task;
                return Acceptance.Full;
            }

            tracker.Accept(++_lastId, causesAppend);
            hasWork = _waitingBytes == 0 || (_waitingBytes < _urgentBytes && _waitingBytes + added >= _urgentBytes);
            _waitingBytes += added;
        }

        if (hasWork)
            work.Set();
        return Acceptance.Accepted;
    }

    /// <summary>Removes the oldest block; null if there is none. Its memory counts until <see cref="Release"/>.</summary>
    public Block? Take()
    {
        lock (_gate)
        {
            var block = _blocks.Count > 0 ? _blocks.Dequeue() : _open;
            if (block is null)
                return null;

            if (block == _open)
            {
                // Few records came since the last write, so a smaller block is enough.
                if (block.Length < block.HeldBytes / 4)
                    _nextCapacity = Math.Max(SmallestBlock, _nextCapacity / 2);
                _open = null;
            }

            _waitingBytes -= block.Length;
            return block;
        }
    }

    /// <summary>The oldest block that was taken no longer counts as waiting here.</summary>
    public void Placed()
    {
        lock (_gate)
            _begun.Dequeue();
    }

    /// <summary>Releases the memory of a block.</summary>
    public void Release(Block block)
    {
        lock (_gate)
        {
            _heldBytes -= block.HeldBytes;
            block.Release();
        }

        SignalSpace();
    }

    /// <summary>Accepts no more records.</summary>
    public void Close()
    {
        lock (_gate)
            _isClosed = true;
        SignalSpace();
        work.Set();
    }

    private bool TryPutNumbered(in LogRecord record, StreamName stream, out int added)
    {
        var numbered = Numbers!.Compose(record, stream, out var sequence);
        if (!TryPut(numbered, stream, out added))
            return false;

        Numbers.Accept(sequence, _open!);
        return true;
    }

    private bool TryPut(in LogRecord record, StreamName stream, out int added)
    {
        added = 0;
        var before = _open?.Length ?? 0;
        if (_open?.TryAdd(record, stream) != true)
        {
            if (!TryBegin(stream, record.Utf8.Length))
                return false;

            before = 0;
            _ = _open!.TryAdd(record, stream);
        }

        added = _open.Length - before;
        return true;
    }

    private void SignalSpace()
    {
        TaskCompletionSource<bool>? space;
        lock (_gate)
            (space, _space) = (_space, null);
        space?.TrySetResult(true);
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }

    private static int LargestFor(long limit) => (int)Math.Max(SmallestBlock, Math.Min(LargestBlock, limit / BlocksInMemory));

    // Blocks grow while many records come. A full block is not copied into a larger one: the next one is larger.
    private bool TryBegin(StreamName stream, int length)
    {
        var isOverflow = _open is not null;
        var capacity = isOverflow ? Math.Min(_largestBlock, 2 * _nextCapacity) : _nextCapacity;
        var cost = Block.HeldFor(Math.Max(capacity, Block.CapacityFor(stream, length)));
        if (_heldBytes + cost > limit && _heldBytes > 0)
            return false;

        if (isOverflow)
            _blocks.Enqueue(_open!);
        _nextCapacity = capacity;
        _open = new Block(cost, _lastId + 1, time.GetUtcNow());
        _heldBytes += _open.HeldBytes;
        _begun.Enqueue(time.GetTimestamp());
        return true;
    }

    private StreamName NameOf(in LogRecord record)
    {
        var period = policy.PeriodOf(record.Time);
        var id = new StreamId(period, record.KeyValues);
        if (_names.TryGetValue(id, out var name))
            return name;

        if (_names.Count >= MostNames)
            _names.Clear();
        name = new StreamName(template.Render(period.Start, record.KeyValues.Span));
        _names.Add(id.Kept(), name);
        return name;
    }
}
