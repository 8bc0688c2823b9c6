using System.Threading.Channels;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Delivery;

/// <summary>
/// The bounded place in memory where records wait. A stream is ready to be shipped when its oldest record has waited the
/// append interval, when a whole append is full, when memory gets short and it is among the largest, when there is none left,
/// at a flush and at the close. It is handed to one worker at a time.
/// </summary>
internal sealed class MemoryBuffer : IDisposable
{
    // Pooled memory that was used within this time is kept for later records. A little is always kept.
    private static readonly TimeSpan KeepTime = TimeSpan.FromSeconds(10);
    private const long KeptAtRest = 1 << 20;
    private static readonly TimeSpan LongestAge = TimeSpan.FromDays(3650);

    private readonly object _gate = new();
    private readonly StreamDirectory _directory;
    private readonly MemoryBufferLimits _limits;
    private readonly TimeProvider _time;
    private readonly StreamSchedule _schedule;

    // Guarded by _gate.
    private readonly SegmentPool _segments = new();
    private readonly List<LogStream> _lingering = [];
    private TaskCompletionSource<bool>? _space;
    private TaskCompletionSource<bool>? _acceptingAgain;
    private long _heldBytes;
    private long _doubtfulBytes;
    private long _mostHeldBytes;
    private long _mostHeldSince;
    private bool _isUrgent;
    private bool _isClosing;
    private bool _isAbandoned;

    public MemoryBuffer(StreamDirectory directory, MemoryBufferLimits limits, TimeProvider time)
    {
        _directory = directory;
        _limits = limits;
        _time = time;
        _schedule = new StreamSchedule(_gate, time, directory.Idle, OnIdle, GoOnOrRest);
    }

    /// <summary>Streams whose turn it is.</summary>
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
    /// moment it is due.
    /// </summary>
    public TimeSpan OldestAge()
    {
        lock (_gate)
        {
            var oldest = _schedule.Busy.SelectMany(s => s.Batches().Where(b => b.IsDue).Take(1)).Select(b => (long?)b.FirstAcceptedAt).Min();
            return oldest is { } at ? _time.GetElapsedTime(at) : TimeSpan.Zero;
        }
    }

    /// <summary>While set, nothing waits for others to share its append.</summary>
    public bool IsUrgent
    {
        set
        {
            lock (_gate)
            {
                _isUrgent = value;
                if (value)
                    DueAll();
            }
        }
    }

    /// <summary>Begins a turn of a stream: the batch to ship, everything that waits included.</summary>
    public AppendBatch Begin(LogStream stream)
    {
        lock (_gate)
        {
            _schedule.Ship(stream);
            if (stream.Current is null)
            {
                if (stream.Sealed.Count == 0)
                    Seal(stream);
                stream.Current = stream.Sealed.Dequeue();
            }

            return stream.Current;
        }
    }

    /// <summary>Ends a turn: the stream waits for its next one.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="pause">For how long; zero for not at all.</param>
    /// <param name="health">How the turn has ended.</param>
    public void End(LogStream stream, TimeSpan pause, StreamHealth health)
    {
        lock (_gate)
        {
            if (stream.Current is { IsDone: true } done)
            {
                stream.Current = null;
                Hold(stream, -done.HeldBytes);
                done.Release();
                TrimSegments();
                SignalSpace();
            }

            Become(stream, health);
            if (pause > TimeSpan.Zero)
                _schedule.Pause(stream, pause);
            else
                GoOnOrRest(stream);
        }
    }

    /// <summary>Makes everything that waits ready at once.</summary>
    /// <returns>For each batch there is, a task that ends when it has its outcome: true if all of it is stored.</returns>
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
            _schedule.Hurry();
            SignalSpace();
            return waiting;
        }
    }

    /// <summary>OSS works again: ends pauses after failures that pass by themselves.</summary>
    public void EndPauses()
    {
        lock (_gate)
            _schedule.EndPauses(StreamHealth.Failing);
    }

    /// <summary>Ends pauses after failures; from now on these are short.</summary>
    public void Hurry()
    {
        lock (_gate)
            _schedule.Hurry();
    }

    /// <summary>Takes out what is left, when nobody ships any more; with each batch, whether an append of it may have landed.</summary>
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
                stream.Sealed.Clear();
                _schedule.Rest(stream, watch: null);
                Hold(stream, -stream.HeldBytes);
            }

            _segments.TrimTo(0);
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
            Seal(stream);
            stream.MakeDue(now);
            waiting.AddRange(stream.Batches().Select(b => b.Completion));
            _schedule.Due(stream);
        }

        return waiting;
    }

    // Ships the largest streams only, as few as needed, so that the others can grow as large: each append has a fixed cost.
    private void ShipLargest()
    {
        _lingering.AddRange(_schedule.In(StreamState.Lingering));
        _lingering.Sort(static (a, b) => b.Open!.Length.CompareTo(a.Open!.Length));
        for (var i = 0; _schedule.LingeringBytes > _limits.Memory / 8 * 5; i++)
            _schedule.Due(_lingering[i]);
        _lingering.Clear();
    }

    // What is ready, shipped or paused comes to its next turn by itself, and takes with it what has come meanwhile.
    private void DueAll()
    {
        var now = _time.GetTimestamp();
        foreach (var state in new[] { StreamState.Lingering, StreamState.Waiting })
        {
            while (_schedule.In(state).First is { } next)
            {
                next.Value.MakeDue(now);
                _schedule.Due(next.Value);
            }
        }
    }

    // A pause can end with nothing waiting: its cause was a closed object, and the batch was delivered.
    private void GoOnOrRest(LogStream stream)
    {
        if (stream.Current is not null)
            _schedule.MakeReady(stream);
        else if (stream.IsDue)
            GoOn(stream);
        else if (stream.HasWaiting && !_isUrgent)
            _schedule.Wait(stream);
        else if (stream.HasWaiting)
            GoOnWithWaiting(stream);
        else
            Rest(stream);
    }

    private void GoOnWithWaiting(LogStream stream)
    {
        stream.MakeDue(_time.GetTimestamp());
        GoOn(stream);
    }

    private void GoOn(LogStream stream)
    {
        if (stream.Sealed.Count > 0)
            _schedule.MakeReady(stream);
        else
            LingerOn(stream, stream.Open!);
    }

    private static long DoubtfulBytesOf(LogStream stream) => stream.Health == StreamHealth.Good ? 0 : stream.HeldBytes;

    private void Become(LogStream stream, StreamHealth health)
    {
        if (stream.Health == health)
            return;

        var (wasRefused, doubtful) = (stream.Health == StreamHealth.Refused, DoubtfulBytesOf(stream));
        stream.Health = health;
        Doubt(DoubtfulBytesOf(stream) - doubtful);
        if (wasRefused)
            SignalAcceptingAgain();

        // Callers that wait for space must try again: they may be admitted now, or refused.
        SignalSpace();
    }

    private void Hold(LogStream stream, long bytes)
    {
        var doubtful = DoubtfulBytesOf(stream);
        stream.HeldBytes += bytes;
        Doubt(DoubtfulBytesOf(stream) - doubtful);
        _heldBytes += bytes;
    }

    private void Doubt(long bytes)
    {
        _doubtfulBytes += bytes;
        if (bytes < 0)
            SignalAcceptingAgain();
    }

    private void SignalAcceptingAgain()
    {
        _acceptingAgain?.TrySetResult(true);
        _acceptingAgain = null;
    }

    private void TrimSegments()
    {
        if (_heldBytes == 0)
        {
            _segments.TrimTo(KeptAtRest);
        }
        else if (_time.GetElapsedTime(_mostHeldSince) > KeepTime)
        {
            _segments.TrimTo(Math.Max(KeptAtRest, _mostHeldBytes - _heldBytes));
            _mostHeldBytes = _heldBytes;
            _mostHeldSince = _time.GetTimestamp();
        }
    }

    private void SignalSpace()
    {
        _space?.TrySetResult(true);
        _space = null;
    }

    private static void Seal(LogStream stream)
    {
        if (stream.Open is not { } open)
            return;

        stream.Sealed.Enqueue(open);
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

    // A stream that is over is done with; any other is looked at again, unless it was forgotten meanwhile.
    private void OnIdle(LogStream stream)
    {
        if (!_isClosing && stream.Place.List is not null && !_directory.TryFinish(stream, StreamDirectory.Grace))
            _schedule.Rest(stream, StreamDirectory.Grace);
    }

    /// <summary>Takes a record if there is space.</summary>
    /// <param name="record">The record; its bytes are copied.</param>
    /// <param name="isDue">Whether it makes an append due; if not, it is appended with the next one that does.</param>
    /// <param name="spaceAvailable">When there is none: a task that ends when there may be.</param>
    public Acceptance TryAdd(in LogRecord record, bool isDue, out Task? spaceAvailable)
    {
        lock (_gate)
        {
            spaceAvailable = null;
            if (_isClosing)
                return Acceptance.Closed;

            var stream = _directory.Find(record.Time, record.KeyValues);
            SealBefore(stream, null, record.Utf8.Length);
            var batch = stream.Open ?? new AppendBatch(_time.GetTimestamp(), source: null, _segments);
            return TryAdd(stream, batch, record.Utf8.Span, record.State, id: 0, isDue, out spaceAvailable);
        }
    }

    /// <summary>Takes a record from the disk, or one that found no place there, if there is space.</summary>
    /// <param name="record">The record; its bytes are copied.</param>
    /// <param name="source">Who is told what becomes of its stream's records.</param>
    /// <param name="state">What is handed back with its outcome; null for nothing.</param>
    /// <param name="spaceAvailable">When there is none: a task that ends when there may be.</param>
    /// <returns>Whether it was taken; also while closing, for it was accepted before, but not once the rest was abandoned.</returns>
    public Acceptance TryAdd(in BufferedRecord record, RecordSource source, object? state, out Task? spaceAvailable)
    {
        lock (_gate)
        {
            spaceAvailable = null;
            if (_isAbandoned)
                return Acceptance.Closed;

            var stream = _directory.Find(record.Stream, record.Time);
            SealBefore(stream, source, record.Utf8.Length);
            var batch = stream.Open ?? new AppendBatch(TimestampOf(record.AcceptedTicks), source, _segments);
            return TryAdd(stream, batch, record.Utf8, state, record.Id, source.IsDue(record.Id), out spaceAvailable);
        }
    }

    /// <summary>
    /// Takes over an append that another process was sending when it ended, however much memory it needs: nothing else of its stream can be
    /// sent first.
    /// </summary>
    public void TakeOver(IBufferedStream name, DateTimeOffset time, AppendIntent intent, AppendBatch batch)
    {
        lock (_gate)
        {
            var stream = _directory.Find(name, time);
            stream.Appender.TakeOver(intent);
            batch.MakeDue(batch.FirstAcceptedAt);
            stream.Sealed.Enqueue(batch);
            Hold(stream, batch.HeldBytes);
            if (stream.State is StreamState.Idle or StreamState.Lingering or StreamState.Waiting)
                _schedule.MakeReady(stream);
        }
    }

    /// <summary>
    /// The next records may come from another writer, which may already append to a later object of the stream. Only to be called while
    /// nothing waits.
    /// </summary>
    public void Relocate()
    {
        lock (_gate)
        {
            foreach (var stream in _directory.Streams)
                stream.Appender.Relocate();
        }
    }

    /// <summary>Whether more of a stream may come that was refused space because OSS refuses it: OSS takes it again, or half of its share is free.</summary>
    public bool Takes(IBufferedStream name, DateTimeOffset time)
    {
        lock (_gate)
        {
            var stream = _directory.Find(name, time);
            return stream.Health != StreamHealth.Refused || (stream.HeldBytes <= _limits.Memory / 2 && _doubtfulBytes <= _limits.Memory / 2);
        }
    }

    /// <summary>Ends when <see cref="Takes"/> may say something else.</summary>
    public Task WhenAcceptingAgain()
    {
        lock (_gate)
            return (_acceptingAgain ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Something has come that makes an append due: what waits for that is appended with it.</summary>
    public void WakeWaiting()
    {
        if (_schedule.WaitingStreams == 0)
            return;

        lock (_gate)
            Wake();
    }

    // A batch is one append's worth at most, and of one source.
    private void SealBefore(LogStream stream, RecordSource? source, int length)
    {
        if (stream.Open is not { } filled || (filled.Length + length <= _limits.AppendSize && filled.Source == source))
            return;

        Seal(stream);
        if (stream.IsDue)
            _schedule.Due(stream);
    }

    private Acceptance TryAdd(LogStream stream, AppendBatch batch, ReadOnlySpan<byte> utf8, object? state, long id, bool isDue, out Task? spaceAvailable)
    {
        spaceAvailable = null;
        var before = batch.HeldBytes;
        var cost = batch.CostOf(utf8.Length, state is not null);
        var isShareFull = IsShareFull(stream, cost);
        if (isShareFull || _heldBytes + cost > _limits.Memory)
        {
            // Appends under way may be stuck, so send everything that could free space.
            if (isDue && (_schedule.LingeringBytes > 0 || _schedule.WaitingStreams > 0))
                DueAll();
            spaceAvailable = (_space ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return isShareFull && stream.Health == StreamHealth.Refused ? Acceptance.RefusedStreamFull : Acceptance.Full;
        }

        if (isDue)
            batch.MakeDue(batch.IsDue ? 0 : _time.GetTimestamp());
        batch.Add(utf8, state, id);
        Hold(stream, batch.HeldBytes - before);
        _mostHeldBytes = Math.Max(_mostHeldBytes, _heldBytes);
        _segments.TrimTo(_limits.Memory - _heldBytes);
        stream.Open = batch;
        if (stream.State != StreamState.Idle)
            _schedule.Grew(stream, batch.HeldBytes - before);
        else if (isDue)
            LingerOn(stream, batch);
        else
            _schedule.Wait(stream);

        if (isDue && _schedule.WaitingStreams > 0)
            Wake();
        if (_schedule.LingeringBytes > _limits.Memory / 8 * 6)
            ShipLargest();

        return Acceptance.Accepted;
    }

    // Each stream leaves an eighth of the memory to the others, and so do all streams together that deliver nothing. A stream that holds
    // nothing may always try.
    private bool IsShareFull(LogStream stream, int cost)
    {
        var share = _limits.Memory / 8 * 7;
        return stream.HeldBytes > 0
            && (stream.HeldBytes + cost > share || (stream.Health != StreamHealth.Good && _doubtfulBytes + cost > share));
    }

    private void Wake()
    {
        while (_schedule.In(StreamState.Waiting).First is { } next)
            GoOnWithWaiting(next.Value);
    }

    /// <summary>When a record of this clock time was accepted, on the time provider's own scale; tells for how long it has waited.</summary>
    public long TimestampOf(long utcTicks)
    {
        var age = TimeSpan.FromTicks(Math.Max(0, _time.GetUtcNow().UtcTicks - utcTicks));
        var shown = age < LongestAge ? age : LongestAge;
        return _time.GetTimestamp() - (long)(shown.TotalSeconds * _time.TimestampFrequency);
    }
}
