using OssLogSinks.Core.Batching;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// Where records come in: framed into blocks in bounded memory, in the order of their numbers, until the writer takes
/// them to disk. Never waits.
/// </summary>
internal sealed class SpoolDoor
{
    // Beyond this a block is as good as several.
    private const int LargestBlock = 1 << 20;

    // So much is written at once, however shortly after the last write; less of it if that were too much of the memory here.
    private const int MostUrgentBytes = 4 << 20;
    private const int UrgentShare = 4;

    private const int MostNames = 10_000;

    private readonly object _gate = new();
    private readonly ObjectKeyTemplate _template;
    private readonly RollingPolicy _policy;
    private readonly TimeProvider _time;
    private readonly FlushBook _book;
    private readonly SpoolSalt _salt;
    private readonly long _limit;
    private readonly long _urgentBytes;

    // Guarded by _gate.
    private readonly Dictionary<StreamId, SpoolStream> _names = [];
    private readonly Queue<SpoolBlock> _blocks = new();
    private readonly Queue<long> _begun = new();
    private SpoolBlock? _open;
    private TaskCompletionSource<bool>? _room;
    private long _heldBytes;
    private long _waitingBytes;
    private int _lengthToExpect;
    private long _lastId;
    private bool _isClosed;

    public SpoolDoor(DeliverySetup setup, FlushBook book, SpoolSalt salt, long limit)
    {
        _template = setup.KeyTemplate;
        _policy = setup.Policy;
        _time = setup.Time;
        _book = book;
        _salt = salt;
        _limit = limit;
        _urgentBytes = Math.Min(MostUrgentBytes, limit / UrgentShare);
    }

    /// <summary>Beats when there is something to write, or no more will come.</summary>
    public Pulse Work { get; } = new();

    /// <summary>Memory that blocks hold, those that are being written included.</summary>
    public long HeldBytes
    {
        get
        {
            lock (_gate)
                return _heldBytes;
        }
    }

    /// <summary>How long the oldest record here has waited; zero if there is none.</summary>
    public TimeSpan OldestAge()
    {
        lock (_gate)
            return _begun.Count > 0 ? _time.GetElapsedTime(_begun.Peek()) : TimeSpan.Zero;
    }

    public bool IsClosed
    {
        get
        {
            lock (_gate)
                return _isClosed;
        }
    }

    public bool HasWork
    {
        get
        {
            lock (_gate)
                return _waitingBytes > 0;
        }
    }

    /// <summary>Whether what waits should be written without waiting for more.</summary>
    public bool IsUrgent
    {
        get
        {
            lock (_gate)
                return _isClosed || _waitingBytes >= _urgentBytes;
        }
    }

    public Acceptance TryAdd(in LogRecord record, bool isDue, out Task? room)
    {
        room = null;
        bool beats;
        lock (_gate)
        {
            if (_isClosed)
                return Acceptance.Closed;

            var stream = NameOf(record);
            var block = OpenBlock(stream, record.Utf8.Length, out var cost);

            if (_heldBytes + cost > _limit && _heldBytes > 0)
            {
                room = (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                return Acceptance.Full;
            }

            if (block.Length == 0)
                _begun.Enqueue(_time.GetTimestamp());
            block.Append(++_lastId, record.Time, _time.GetUtcNow().UtcTicks, stream, record.Utf8.Span, record.State);
            _book.Accept(_lastId, isDue);
            _heldBytes += cost;
            beats = _waitingBytes == 0 || (_waitingBytes < _urgentBytes && _waitingBytes + cost >= _urgentBytes);
            _waitingBytes += cost;
        }

        if (beats)
            Work.Beat();
        return Acceptance.Accepted;
    }

    /// <summary>Takes the oldest block out; null if there is none. Its memory counts until it is <see cref="Release"/>d.</summary>
    public SpoolBlock? Take()
    {
        lock (_gate)
        {
            if (_blocks.Count == 0)
                Shut();
            if (_blocks.Count == 0)
                return null;

            var block = _blocks.Dequeue();
            _waitingBytes -= block.Length;
            return block;
        }
    }

    /// <summary>Gives the memory of the oldest block back.</summary>
    public void Release(SpoolBlock block)
    {
        lock (_gate)
            _begun.Dequeue();
        GiveBack(block);
    }

    /// <summary>What is left of the oldest block takes its place.</summary>
    public void Exchange(SpoolBlock old, SpoolBlock rest)
    {
        lock (_gate)
            _heldBytes += rest.Length;
        GiveBack(old);
    }

    /// <summary>Takes nothing any more.</summary>
    public void Close()
    {
        TaskCompletionSource<bool>? room;
        lock (_gate)
        {
            _isClosed = true;
            room = _room;
            _room = null;
        }

        room?.TrySetResult(true);
        Work.Beat();
    }

    private void GiveBack(SpoolBlock block)
    {
        TaskCompletionSource<bool>? room;
        lock (_gate)
        {
            _heldBytes -= block.Length;
            block.Release();
            room = _room;
            _room = null;
        }

        room?.TrySetResult(true);
    }

    // The block that takes a record, and the bytes that it adds there.
    private SpoolBlock OpenBlock(SpoolStream stream, int length, out int cost)
    {
        var block = _open ??= new SpoolBlock(_salt, _lengthToExpect);
        cost = block.CostOf(stream, length);
        if (block.Length == 0 || block.Length + cost <= LargestBlock)
            return block;

        Shut();
        return OpenBlock(stream, length, out cost);
    }

    private void Shut()
    {
        if (_open is not { Length: > 0 } block)
            return;

        _lengthToExpect = block.Length;
        _blocks.Enqueue(block);
        _open = null;
    }

    private SpoolStream NameOf(in LogRecord record)
    {
        var period = _policy.PeriodOf(record.Time);
        var id = new StreamId(period, record.KeyValues);
        if (_names.TryGetValue(id, out var name))
            return name;

        if (_names.Count >= MostNames)
            _names.Clear();
        name = new SpoolStream(_template.Render(period.Start, record.KeyValues.Span));
        _names.Add(id.Kept(), name);
        return name;
    }
}
