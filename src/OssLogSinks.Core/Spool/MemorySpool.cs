using System.Threading.Channels;
using OssLogSinks.Core.Batching;

namespace OssLogSinks.Core.Spool;

/// <summary>
/// The bounded place in memory where records wait, and the schedule by which streams get their turn: a stream is ready
/// when its oldest record has waited the append interval, when a whole append is full, when memory gets short, at a
/// flush and at the close. A stream is handed to one worker at a time.
/// </summary>
internal sealed class MemorySpool : IDisposable
{
    // While closing, a failed request is tried again soon or never.
    private static readonly TimeSpan ClosingPause = TimeSpan.FromMilliseconds(250);

    private readonly object _gate = new();
    private readonly StreamDirectory _directory;
    private readonly SpoolLimits _limits;
    private readonly TimeProvider _time;
    private readonly Channel<LogStream> _ready = Channel.CreateUnbounded<LogStream>();

    // Guarded by _gate.
    private TaskCompletionSource<bool>? _room;
    private long _heldBytes;
    private bool _isShort;
    private bool _isClosing;

    public MemorySpool(StreamDirectory directory, SpoolLimits limits, TimeProvider time)
    {
        _directory = directory;
        _limits = limits;
        _time = time;
    }

    /// <summary>Streams whose turn it is.</summary>
    public ChannelReader<LogStream> Ready => _ready.Reader;

    public long HeldBytes
    {
        get
        {
            lock (_gate)
                return _heldBytes;
        }
    }

    public int OpenStreams
    {
        get
        {
            lock (_gate)
                return _directory.Count;
        }
    }

    /// <summary>How long the oldest undelivered record has waited; zero if there is none.</summary>
    public TimeSpan OldestAge()
    {
        lock (_gate)
        {
            var oldest = _directory.Streams.SelectMany(s => s.Batches().Take(1)).Select(b => (long?)b.FirstAcceptedAt).Min();
            return oldest is { } at ? _time.GetElapsedTime(at) : TimeSpan.Zero;
        }
    }

    /// <summary>Takes a record if there is room.</summary>
    /// <param name="record">The record; its bytes are copied.</param>
    /// <param name="room">When there is none: a task that ends when there may be.</param>
    public Acceptance TryAdd(in LogRecord record, out Task? room)
    {
        room = null;
        lock (_gate)
        {
            if (_isClosing)
                return Acceptance.Closed;

            var stream = _directory.Find(record.Time, record.KeyValues);
            if (stream.Open is { } filled && filled.Length + record.Utf8.Length > _limits.AppendSize)
            {
                Seal(stream);
                Due(stream);
            }

            var batch = stream.Open ?? new AppendBatch(_time.GetTimestamp());
            var before = batch.HeldBytes;
            if (_heldBytes + batch.CostOf(record) > _limits.Memory)
            {
                ShipEverything();
                room = (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                return Acceptance.Full;
            }

            batch.Add(record);
            _heldBytes += batch.HeldBytes - before;
            stream.Open = batch;
            if (stream.State == StreamState.Idle)
                Linger(stream, _limits.AppendInterval);
            if (_heldBytes > _limits.Memory / 2)
                ShipEverything();

            return Acceptance.Accepted;
        }
    }

    /// <summary>Begins a turn of a stream: the batch to ship, everything that waits included.</summary>
    public AppendBatch Begin(LogStream stream)
    {
        lock (_gate)
        {
            stream.State = StreamState.Shipping;
            if (stream.Current is null)
            {
                if (stream.Sealed.Count == 0)
                    Seal(stream);
                stream.Current = stream.Sealed.Dequeue();
            }

            return stream.Current;
        }
    }

    /// <summary>Ends a turn: the stream waits for its next one, for <paramref name="pause"/> if a request has failed.</summary>
    public void End(LogStream stream, TimeSpan? pause)
    {
        lock (_gate)
        {
            if (stream.Current is { IsDone: true } done)
            {
                stream.Current = null;
                _heldBytes -= done.HeldBytes;
                done.Release();
                MakeRoom();
            }

            if (pause is { } wait && wait > TimeSpan.Zero)
                Pause(stream, wait);
            else if (stream.Current is not null || stream.Sealed.Count > 0)
                MakeReady(stream);
            else if (stream.Open is { } open)
                LingerOn(stream, open);
            else
                Rest(stream);
        }
    }

    /// <summary>Makes everything that waits ready at once.</summary>
    /// <returns>For each batch there is, a task that ends when it has met its fate: true if all of it is stored.</returns>
    public IReadOnlyList<Task<bool>> Flush()
    {
        lock (_gate)
            return FlushAll();
    }

    /// <summary>Takes nothing any more, and makes everything ready at once, pauses after failures included; from now on these are short.</summary>
    /// <returns>As <see cref="Flush"/>.</returns>
    public IReadOnlyList<Task<bool>> Close()
    {
        lock (_gate)
        {
            _isClosing = true;
            var waiting = FlushAll();
            foreach (var stream in _directory.Streams)
                if (stream.State == StreamState.BackingOff)
                    MakeReady(stream);

            MakeRoom();
            return waiting;
        }
    }

    /// <summary>Takes out what is left, when nobody ships any more; with each batch, whether an append of it may have landed.</summary>
    public IReadOnlyList<(AppendBatch Batch, bool MayBeStored)> Abandon()
    {
        lock (_gate)
        {
            var left = _directory.Streams.SelectMany(s => s.Batches().Select(b => (b, b == s.Current && s.Appender.MayHaveLanded))).ToList();
            foreach (var stream in _directory.Streams)
            {
                _directory.TryFinish(stream, TimeSpan.Zero);
                stream.Current = stream.Open = null;
                stream.Sealed.Clear();
                stream.State = StreamState.Idle;
            }

            _heldBytes = 0;
            return left;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var stream in _directory.Streams)
                stream.Timer?.Dispose();
            _ready.Writer.TryComplete();
        }
    }

    private List<Task<bool>> FlushAll()
    {
        var waiting = new List<Task<bool>>();
        foreach (var stream in _directory.Streams)
        {
            Seal(stream);
            waiting.AddRange(stream.Batches().Select(b => b.Completion));
            Due(stream);
        }

        return waiting;
    }

    private void ShipEverything()
    {
        // Once until memory is no longer short: those that come later are made ready when they are due.
        if (_isShort)
            return;

        _isShort = true;
        foreach (var stream in _directory.Streams)
            Due(stream);
    }

    private void MakeRoom()
    {
        _isShort = false;
        _room?.TrySetResult(true);
        _room = null;
    }

    private static void Seal(LogStream stream)
    {
        if (stream.Open is not { } open)
            return;

        stream.Sealed.Enqueue(open);
        stream.Open = null;
    }

    // A stream that ships or backs off comes to its next turn by itself; an idle one has nothing to ship.
    private void Due(LogStream stream)
    {
        if (stream.State == StreamState.Lingering)
            MakeReady(stream);
    }

    private void MakeReady(LogStream stream)
    {
        stream.State = StreamState.Ready;
        _ready.Writer.TryWrite(stream);
    }

    private void Linger(LogStream stream, TimeSpan wait)
    {
        stream.State = StreamState.Lingering;
        Wake(stream, wait);
    }

    private void LingerOn(LogStream stream, AppendBatch open)
    {
        var left = _limits.AppendInterval - _time.GetElapsedTime(open.FirstAcceptedAt);
        if (left <= TimeSpan.Zero || _isClosing || _heldBytes > _limits.Memory / 2)
            MakeReady(stream);
        else
            Linger(stream, left);
    }

    private void Pause(LogStream stream, TimeSpan wait)
    {
        // Decided here, under the lock: a pause that was chosen before the close and begins after it is cut short too.
        stream.State = StreamState.BackingOff;
        Wake(stream, _isClosing && wait > ClosingPause ? ClosingPause : wait);
    }

    private void Rest(LogStream stream)
    {
        stream.State = StreamState.Idle;
        if (_directory.SealsByTime && !_isClosing)
            Wake(stream, StreamDirectory.Grace);
        _directory.Trim();
    }

    private void Wake(LogStream stream, TimeSpan wait)
    {
        stream.Timer ??= _time.CreateTimer(_ => OnTimer(stream), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        stream.Timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer(LogStream stream)
    {
        lock (_gate)
            if (stream.State is StreamState.Lingering or StreamState.BackingOff)
                MakeReady(stream);
            else if (stream.State == StreamState.Idle && !_isClosing && stream.Recency.List is not null && !_directory.TryFinish(stream, StreamDirectory.Grace))
                Wake(stream, StreamDirectory.Grace);
    }
}
