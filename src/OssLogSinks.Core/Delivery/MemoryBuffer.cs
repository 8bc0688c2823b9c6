using System.Threading.Channels;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.Delivery;

/// <summary>
/// The bounded buffer in memory. A stream becomes ready to ship when its oldest record has waited the append interval, when an append is
/// full, when memory runs short and the stream is one of the largest, when memory is full, at a flush and at the close. One worker at a
/// time has a stream.
/// </summary>
internal sealed class MemoryBuffer : IDisposable
{
    // While records wait, pooled memory that was used within this time is kept for later ones. When none waits, only a little is kept.
    private static readonly TimeSpan KeepTime = TimeSpan.FromSeconds(10);
    private const long KeptAtRest = 1 << 20;
    private static readonly TimeSpan LongestAge = TimeSpan.FromDays(3650);

    private readonly object _gate = new();
    private readonly StreamDirectory _directory;
    private readonly MemoryBufferLimits _limits;
    private readonly TimeProvider _time;
    private readonly StreamSchedule _schedule;
    private readonly EventNumbering? _numbering;

    // Guarded by _gate.
    private readonly PagePool _pages = new();
    private readonly List<LogStream> _lingering = [];
    private readonly AsyncSignal _spaceFreed = new();
    private readonly AsyncSignal _acceptsAgain = new();
    private long _heldBytes;
    private long _stalledBytes;
    private long _mostHeldBytes;
    private long _mostHeldSince;
    private bool _isUrgent;
    private bool _isClosing;
    private bool _isAbandoned;

    /// <param name="directory">Its streams.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="numbering">Numbers the records that come from the application; null if they have no numbers.</param>
    public MemoryBuffer(StreamDirectory directory, MemoryBufferLimits limits, TimeProvider time, EventNumbering? numbering = null)
    {
        _directory = directory;
        _limits = limits;
        _time = time;
        _numbering = numbering;
        _schedule = new StreamSchedule(_gate, time, directory.Idle, OnIdle, GoOnOrRest);
    }

    /// <summary>Streams that are ready to ship.</summary>
    public ChannelReader<LogStream> Ready => _schedule.Ready;

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

    /// <summary>
    /// How long the oldest undelivered record has waited; zero if there is none. A record that delivery itself logged counts from the
    /// time when it may cause an append.
    /// </summary>
    public TimeSpan OldestAge()
    {
        lock (_gate)
        {
            var oldest = _schedule.Busy.SelectMany(s => s.Batches().Where(b => b.CausesAppend).Take(1)).Select(b => (long?)b.FirstAcceptedAt).Min();
            return oldest is { } at ? _time.GetElapsedTime(at) : TimeSpan.Zero;
        }
    }

    /// <summary>While set, records do not wait for others to share their append.</summary>
    public bool IsUrgent
    {
        set
        {
            lock (_gate)
            {
                _isUrgent = value;
                if (value)
                    EndAllWaits();
            }
        }
    }

    /// <summary>As <see cref="IRecordBuffer.TryAdd"/>.</summary>
    public Acceptance TryAdd(in LogRecord record, bool causesAppend, out Task? spaceAvailable)
    {
        lock (_gate)
        {
            spaceAvailable = null;
            if (_isClosing)
                return Acceptance.Closed;

            var stream = _directory.Find(record.Time, record.KeyValues);
            var utf8 = _numbering is null ? record.Utf8.Span : _numbering.Compose(stream.Sequence ??= EventSequence.Begin(), record).Span;
            CloseBatchBefore(stream, null, utf8.Length);
            var batch = stream.Open ?? new AppendBatch(_time.GetTimestamp(), source: null, _pages);
            var acceptance = TryAdd(stream, batch, utf8, record.State, id: 0, causesAppend, out spaceAvailable);
            if (acceptance == Acceptance.Accepted)
                _numbering?.Accept(stream.Sequence!);
            return acceptance;
        }
    }

    /// <summary>Adds a record of the disk buffer if there is space.</summary>
    /// <param name="record">The record; its bytes are copied.</param>
    /// <param name="source">Notified of the outcome of the stream's records.</param>
    /// <param name="state">Passed to the listener with the outcome; null for nothing.</param>
    /// <param name="spaceAvailable">If there is no space: a task that completes when there may be some.</param>
    /// <returns>
    /// Whether it was added. Also possible while closing, since the record was accepted before, but not after <see cref="Abandon"/>.
    /// </returns>
    public Acceptance TryAdd(in BufferedRecord record, RecordSource source, object? state, out Task? spaceAvailable)
    {
        lock (_gate)
        {
            spaceAvailable = null;
            if (_isAbandoned)
                return Acceptance.Closed;

            var stream = _directory.Find(record.Stream, record.Time);
            CloseBatchBefore(stream, source, record.Utf8.Length);
            var batch = stream.Open ?? new AppendBatch(TimestampOf(record.AcceptedTicks), source, _pages);
            return TryAdd(stream, batch, record.Utf8, state, record.Id, source.CausesAppend(record.Id), out spaceAvailable);
        }
    }

    /// <summary>
    /// Adds an append that another process was sending when it ended, even beyond the memory limit: its stream can send nothing else first.
    /// </summary>
    public void TakeOver(IBufferedStream name, DateTimeOffset time, AppendIntent intent, AppendBatch batch)
    {
        lock (_gate)
        {
            var stream = _directory.Find(name, time);
            batch.Recovered = intent;
            batch.MakeCauseAppend(batch.FirstAcceptedAt);
            stream.Closed.Enqueue(batch);
            Hold(stream, batch.HeldBytes);
            if (stream.State is StreamState.Idle or StreamState.Lingering or StreamState.Deferred)
                _schedule.MakeReady(stream);
        }
    }

    /// <summary>
    /// Lets each stream locate its object again before its next append: the next records may come from another writer, which may already have
    /// used later objects.
    /// </summary>
    public void Relocate()
    {
        lock (_gate)
        {
            foreach (var stream in _directory.Streams)
                stream.MustRelocate = true;
        }
    }

    /// <summary>
    /// Whether a stream that had no space because OSS refuses it may get more records: OSS refuses it no longer, or it uses no more than half
    /// of the memory, and so do all streams together that are not delivering.
    /// </summary>
    public bool Takes(IBufferedStream name, DateTimeOffset time)
    {
        lock (_gate)
        {
            var stream = _directory.Find(name, time);
            return stream.Health != StreamHealth.Refused || (stream.HeldBytes <= _limits.Memory / 2 && _stalledBytes <= _limits.Memory / 2);
        }
    }

    /// <summary>Completes when <see cref="Takes"/> may have changed.</summary>
    public Task WhenAcceptingAgain() => _acceptsAgain.NextAsync();

    /// <summary>Lets deferred records be appended, because an ordinary record has arrived.</summary>
    public void ReleaseDeferred()
    {
        if (_schedule.DeferredStreams == 0)
            return;

        lock (_gate)
            ReleaseAllDeferred();
    }

    /// <summary>Converts the clock time of an acceptance to a timestamp of the time provider.</summary>
    public long TimestampOf(long utcTicks)
    {
        var age = TimeSpan.FromTicks(Math.Max(0, _time.GetUtcNow().UtcTicks - utcTicks));
        var shown = age < LongestAge ? age : LongestAge;
        return _time.GetTimestamp() - (long)(shown.TotalSeconds * _time.TimestampFrequency);
    }

    /// <summary>Begins a stream's turn and returns its oldest batch. A batch that is still being filled is closed if no older one waits.</summary>
    public AppendBatch Begin(LogStream stream)
    {
        lock (_gate)
        {
            // What others asked of the appender is done here, by the worker that owns it now.
            _schedule.Ship(stream);
            if (stream.MustRelocate)
                stream.Appender.Relocate();
            stream.MustRelocate = false;
            if (stream.Current is null)
            {
                if (stream.Closed.Count == 0)
                    CloseBatch(stream);
                stream.Current = stream.Closed.Dequeue();
                if (stream.Current.Recovered is { } intent)
                    stream.Appender.TakeOver(intent);
            }

            return stream.Current;
        }
    }

    /// <summary>Ends a stream's turn. The next one comes after the pause.</summary>
    public void End(LogStream stream, TimeSpan pause, StreamHealth health)
    {
        lock (_gate)
        {
            if (stream.Current is { IsDone: true } done)
            {
                stream.Current = null;
                Hold(stream, -done.HeldBytes);
                if (!done.Release())
                    ReturnLater(done);
                TrimPages();
                _spaceFreed.Set();
            }

            Become(stream, health);
            if (pause > TimeSpan.Zero)
                _schedule.Pause(stream, pause);
            else
                GoOnOrRest(stream);
        }
    }

    /// <summary>Makes waiting records ready at once. A stream that pauses after a failure gets its next turn after the pause.</summary>
    /// <returns>For each batch, a task that ends with its outcome: true if all its records are delivered.</returns>
    public IReadOnlyList<Task<bool>> Flush()
    {
        lock (_gate)
            return FlushAll();
    }

    /// <summary>
    /// Accepts no more records of the application, flushes, and ends pauses after failures; later pauses are short. Records of the disk buffer
    /// are accepted until <see cref="Abandon"/>.
    /// </summary>
    /// <returns>As <see cref="Flush"/>.</returns>
    public IReadOnlyList<Task<bool>> Close()
    {
        lock (_gate)
        {
            _isClosing = true;
            var waiting = FlushAll();
            _schedule.ShortenPauses();
            _spaceFreed.Set();
            return waiting;
        }
    }

    /// <summary>OSS works again: ends pauses after passing failures.</summary>
    public void EndPauses()
    {
        lock (_gate)
            _schedule.EndPauses(StreamHealth.Failing);
    }

    /// <summary>Ends pauses after failures; later pauses are short.</summary>
    public void ShortenPauses()
    {
        lock (_gate)
            _schedule.ShortenPauses();
    }

    /// <summary>Ends the buffer: removes and returns the remaining batches, each with whether it may have been delivered.</summary>
    public IReadOnlyList<(AppendBatch Batch, bool MayBeDelivered)> Abandon()
    {
        lock (_gate)
        {
            _isClosing = _isAbandoned = true;
            var left = _directory.Streams.SelectMany(s => s.Batches().Select(b => (b, b == s.Current && s.Appender.MayHaveLanded))).ToList();
            foreach (var stream in _directory.Streams)
            {
                _directory.TryFinish(stream, TimeSpan.Zero);
                stream.Current = stream.Open = null;
                stream.Closed.Clear();
                _schedule.Rest(stream, watch: null);
                Hold(stream, -stream.HeldBytes);
            }

            _pages.TrimTo(0);
            return left;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _schedule.End(_directory.Streams);
            foreach (var stream in _directory.Streams)
                stream.Appender.Dispose();
        }
    }

    private List<Task<bool>> FlushAll()
    {
        var waiting = new List<Task<bool>>();
        var now = _time.GetTimestamp();
        foreach (var stream in _schedule.Busy.ToList())
        {
            CloseBatch(stream);
            stream.MakeCauseAppend(now);
            waiting.AddRange(stream.Batches().Select(b => b.Completion));
            _schedule.EndWait(stream);
        }

        return waiting;
    }

    // Ships the largest streams only, as few as needed, since each append has a fixed cost.
    private void ShipLargest()
    {
        _lingering.AddRange(_schedule.In(StreamState.Lingering));
        _lingering.Sort(static (a, b) => b.Open!.Length.CompareTo(a.Open!.Length));
        for (var i = 0; _schedule.LingeringBytes > _limits.Memory / 8 * 5; i++)
            _schedule.EndWait(_lingering[i]);
        _lingering.Clear();
    }

    // Streams that are ready, shipped or paused get their next turn anyway, and all their records with it.
    private void EndAllWaits()
    {
        var now = _time.GetTimestamp();
        foreach (var state in new[] { StreamState.Lingering, StreamState.Deferred })
        {
            while (_schedule.In(state).First is { } next)
            {
                next.Value.MakeCauseAppend(now);
                _schedule.EndWait(next.Value);
            }
        }
    }

    // It is possible that nothing waits after a pause: an object that takes no more appends causes a pause although the batch was delivered.
    private void GoOnOrRest(LogStream stream)
    {
        if (stream.Current is not null)
            _schedule.MakeReady(stream);
        else if (stream.CausesAppend)
            GoOn(stream);
        else if (stream.HasWaiting && !_isUrgent)
            _schedule.Defer(stream);
        else if (stream.HasWaiting)
            ReleaseDeferred(stream);
        else
            Rest(stream);
    }

    private void ReleaseDeferred(LogStream stream)
    {
        stream.MakeCauseAppend(_time.GetTimestamp());
        GoOn(stream);
    }

    private void GoOn(LogStream stream)
    {
        if (stream.Closed.Count > 0)
            _schedule.MakeReady(stream);
        else
            LingerOn(stream, stream.Open!);
    }

    private static long StalledBytesOf(LogStream stream) => stream.Health == StreamHealth.Good ? 0 : stream.HeldBytes;

    private void Become(LogStream stream, StreamHealth health)
    {
        if (stream.Health == health)
            return;

        var (wasRefused, stalled) = (stream.Health == StreamHealth.Refused, StalledBytesOf(stream));
        stream.Health = health;
        AddStalled(StalledBytesOf(stream) - stalled);
        if (wasRefused)
            _acceptsAgain.Set();

        // Callers that wait for space must try again: their records may now be accepted, or refused.
        _spaceFreed.Set();
    }

    private void Hold(LogStream stream, long bytes)
    {
        var stalled = StalledBytesOf(stream);
        stream.HeldBytes += bytes;
        AddStalled(StalledBytesOf(stream) - stalled);
        _heldBytes += bytes;
    }

    private void AddStalled(long bytes)
    {
        _stalledBytes += bytes;
        if (bytes < 0)
            _acceptsAgain.Set();
    }

    // A call that did not end in time may still be reading its bytes.
    private void ReturnLater(AppendBatch batch) => _ = batch.Readers.ContinueWith(
        _ =>
        {
            lock (_gate)
            {
                batch.ReturnPages();
                TrimPages();
            }
        },
        TaskScheduler.Default);

    private void TrimPages()
    {
        if (_heldBytes == 0)
        {
            _pages.TrimTo(KeptAtRest);
        }
        else if (_time.GetElapsedTime(_mostHeldSince) > KeepTime)
        {
            _pages.TrimTo(Math.Max(KeptAtRest, _mostHeldBytes - _heldBytes));
            _mostHeldBytes = _heldBytes;
            _mostHeldSince = _time.GetTimestamp();
        }
    }

    private static void CloseBatch(LogStream stream)
    {
        if (stream.Open is not { } open)
            return;

        stream.Closed.Enqueue(open);
        stream.Open = null;
    }

    private void LingerOn(LogStream stream, AppendBatch open)
    {
        var left = _limits.AppendInterval - _time.GetElapsedTime(open.FirstAcceptedAt);
        if (left <= TimeSpan.Zero || _isClosing || _isUrgent)
            _schedule.MakeReady(stream);
        else
            _schedule.Linger(stream, left);
    }

    private void Rest(LogStream stream)
    {
        _schedule.Rest(stream, _directory.SealsByTime && !_isClosing ? StreamDirectory.Grace : null);
        _directory.Trim();
    }

    // Finishes the stream if its period is over; otherwise checks it again later, unless it was removed meanwhile.
    private void OnIdle(LogStream stream)
    {
        if (!_isClosing && stream.Place.List is not null && !_directory.TryFinish(stream, StreamDirectory.Grace))
            _schedule.Rest(stream, StreamDirectory.Grace);
    }

    // A batch has one source, and at most the bytes of one append; a record that is larger has a batch of its own.
    private void CloseBatchBefore(LogStream stream, RecordSource? source, int length)
    {
        if (stream.Open is not { } filled || (filled.Length + length <= _limits.AppendSize && filled.Source == source))
            return;

        CloseBatch(stream);
        if (stream.CausesAppend)
            _schedule.EndWait(stream);
    }

    private Acceptance TryAdd(LogStream stream, AppendBatch batch, ReadOnlySpan<byte> utf8, object? state, long id, bool causesAppend, out Task? spaceAvailable)
    {
        spaceAvailable = null;
        var before = batch.HeldBytes;
        var cost = batch.CostOf(utf8.Length, state is not null);
        var isShareFull = IsShareFull(stream, cost);
        if (isShareFull || _heldBytes + cost > _limits.Memory)
        {
            // Appends that are being sent may hang, so send everything that could free space.
            if (causesAppend && (_schedule.LingeringBytes > 0 || _schedule.DeferredStreams > 0))
                EndAllWaits();
            spaceAvailable = _spaceFreed.NextAsync();
            return isShareFull && stream.Health == StreamHealth.Refused ? Acceptance.RefusedStreamFull : Acceptance.Full;
        }

        if (causesAppend)
            batch.MakeCauseAppend(batch.CausesAppend ? 0 : _time.GetTimestamp());
        batch.Add(utf8, state, id);
        Hold(stream, batch.HeldBytes - before);
        _mostHeldBytes = Math.Max(_mostHeldBytes, _heldBytes);
        stream.Open = batch;
        if (stream.State != StreamState.Idle)
            _schedule.Grew(stream, batch.HeldBytes - before);
        else if (causesAppend)
            LingerOn(stream, batch);
        else
            _schedule.Defer(stream);

        if (causesAppend && _schedule.DeferredStreams > 0)
            ReleaseAllDeferred();
        if (_schedule.LingeringBytes > _limits.Memory / 8 * 6)
            ShipLargest();

        return Acceptance.Accepted;
    }

    // Each stream leaves an eighth of the memory to the others, and so do all streams together that are not delivering. A stream without
    // records may always try.
    private bool IsShareFull(LogStream stream, int cost)
    {
        var share = _limits.Memory / 8 * 7;
        return stream.HeldBytes > 0
            && (stream.HeldBytes + cost > share || (stream.Health != StreamHealth.Good && _stalledBytes + cost > share));
    }

    private void ReleaseAllDeferred()
    {
        while (_schedule.In(StreamState.Deferred).First is { } next)
            ReleaseDeferred(next.Value);
    }
}
