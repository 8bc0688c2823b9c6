using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Intake;

/// <summary>
/// Limits the events between the log calls and the core. Every event that enters leaves once, in order; at most the limit are inside; none
/// enters after the close. Any thread may enter; only the pump's thread hands over.
/// </summary>
internal sealed class AdmissionGate
{
    /// <summary>
    /// Number of events inside at which callers that may wait start to wait for the renderer; four batches, if these are more events. It is far
    /// below a large limit, because events that wait long survive garbage collections, and copying them costs more than everything else.
    /// Callers continue when most of these events have left, so that few threads wait and few are woken, or when the renderer makes no progress.
    /// </summary>
    public const int Pace = 2000;

    private const int BatchesPerPace = 4;

    // Callers do not wait for a renderer that made no progress for this long: it may hang or lack CPU time.
    private const int LongestPaceMilliseconds = 20;

    private readonly int _limit;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly TimeSpan _batchInterval;
    private readonly int _pace;
    private readonly int _caughtUp;
    private readonly int _enough;

    // Guarded by Lock.
    private readonly Queue<(long Target, long DroppedBefore, TaskCompletionSource<bool> Reached)> _watchers = new();
    private readonly Queue<(long Number, EventOrigin Origin)> _others = new();
    private TaskCompletionSource<bool>? _arrival;
    private int _expected;
    private long _entered;
    private long _left;
    private long _dropped;
    private long _droppedAtFlush;
    private int _blocked;
    private bool _isHeldUp;
    private bool _isClosed;
    private bool _isGivenUp;
    private long _claimedAtEnd;

    // Written under Lock.
    private volatile bool _hasOthers;
    private volatile bool _hasFlush;
    private volatile bool _isFull;

    // Number of events that the pump's thread has claimed; negative after the rest was given up. Changed by interlocked operations only.
    private long _claimed;

    // Used by the pump's thread only.
    private long _taken;

    /// <param name="limit">The most events inside.</param>
    /// <param name="timeout">How long a caller waits for space; zero: not at all; infinite: without limit.</param>
    /// <param name="time">The clock of that timeout.</param>
    /// <param name="batchSize">How many events are handed over at a time.</param>
    /// <param name="batchInterval">How often events are handed over while few arrive.</param>
    public AdmissionGate(int limit, TimeSpan timeout, TimeProvider time, int batchSize, TimeSpan batchInterval)
    {
        _limit = limit;
        _timeout = timeout;
        _time = time;
        _batchInterval = batchInterval;
        var pace = (int)Math.Min(int.MaxValue, Math.Max(Pace, (long)BatchesPerPace * batchSize));
        _pace = timeout != TimeSpan.Zero && limit > pace ? pace : int.MaxValue;
        _caughtUp = pace / BatchesPerPace;
        _enough = Math.Max(1, Math.Min(limit, pace) / 2);
    }

    /// <summary>Guards this gate and the pump's queue.</summary>
    public object Lock { get; } = new();

    public int Count
    {
        get
        {
            lock (Lock)
                return (int)(_entered - _left);
        }
    }

    public bool IsClosed
    {
        get
        {
            lock (Lock)
                return _isClosed;
        }
    }

    /// <summary>Whether the remaining events were given up; then none is handed over any more.</summary>
    public bool IsGivenUp
    {
        get
        {
            lock (Lock)
                return _isGivenUp;
        }
    }

    /// <summary>Number of callers that wait for space.</summary>
    public int BlockedCallers
    {
        get
        {
            lock (Lock)
                return _blocked;
        }
    }

    /// <summary>Number of events inside at which the waiting pump is woken; 0 if it does not wait.</summary>
    public int Awaited
    {
        get
        {
            lock (Lock)
                return _arrival is null ? 0 : _expected;
        }
    }

    /// <summary>
    /// Whether an event would find no space, and would not wait for it. Takes no lock: in an outage it is asked for each event.
    /// </summary>
    public bool IsFull => _isFull;

    /// <summary>
    /// Adds an event if the gate is open and there is space, or space is freed within the timeout. Events that delivery or the failure listener
    /// logs never wait.
    /// </summary>
    /// <param name="logEvent">The event.</param>
    /// <param name="post">Adds it to the pump's queue; called under the lock.</param>
    /// <param name="origin">Who logged it; <see cref="OriginOfNext"/> returns it later.</param>
    public Admission Enter<TEvent>(TEvent logEvent, Action<TEvent> post, EventOrigin origin = EventOrigin.Application)
    {
        if (_isFull)
            return Admission.Full;
        if (Enter(logEvent, post, origin, mayBlock: null) is { } admission)
            return admission;

        // Checked outside the lock, because the check is slow.
        return Enter(logEvent, post, origin, mayBlock: DeliveryScope.MayWait())!.Value;
    }

    /// <summary>
    /// Waits until there are events to hand over. While events arrive regularly, the pump polls at its interval, so that log calls need not
    /// wake it. A log call wakes it if many events wait or if none arrived for a while. After the close it does not wait.
    /// </summary>
    public async Task WhenNext()
    {
        if (Count > 0)
            return;

        // Real time, because this is about CPU use: a test's clock must not control it.
        var over = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (TimeProvider.System.CreateTimer(_ => over.TrySetResult(true), null, _batchInterval, Timeout.InfiniteTimeSpan))
            await Task.WhenAny(WhenInside(_enough), over.Task).ConfigureAwait(false);

        await WhenInside(1).ConfigureAwait(false);
    }

    /// <summary>Whether a flush waits for events to leave; then each event leaves as soon as it is handed over.</summary>
    public bool HasFlush => _hasFlush;

    /// <summary>Who logged the next event to hand over. Call it once per event, in order.</summary>
    public EventOrigin OriginOfNext() => OriginOf(_taken++);

    /// <summary>Claims the next event for the pump's thread; false if a close has given it up.</summary>
    public bool TryClaim() => Interlocked.Increment(ref _claimed) > 0;

    /// <summary>Removes the oldest events.</summary>
    /// <param name="count">How many.</param>
    /// <param name="areDropped">Whether they were dropped.</param>
    public void Leave(int count, bool areDropped = false)
    {
        lock (Lock)
        {
            count = (int)Math.Min(count, _entered - _left);
            _left += count;
            NoteSpace();
            _dropped += areDropped ? count : 0;
            _isHeldUp &= count == 0;
            while (_watchers.Count > 0 && _watchers.Peek().Target <= _left)
            {
                var (_, droppedBefore, reached) = _watchers.Dequeue();
                reached.TrySetResult(EndFlush(droppedBefore));
            }

            _hasFlush = _watchers.Count > 0;
            if (_blocked > 0 || _entered - _left <= _caughtUp)
                Monitor.PulseAll(Lock);
        }
    }

    /// <summary>Stops slowing callers down until events leave again, because the pump itself waits for space in the core.</summary>
    public void HoldUp()
    {
        lock (Lock)
        {
            _isHeldUp = true;
            Monitor.PulseAll(Lock);
        }
    }

    /// <summary>Counts a dropped event that was never inside.</summary>
    public void CountDropped()
    {
        lock (Lock)
            _dropped++;
    }

    /// <summary>
    /// Completes when all events that are inside now have left. The result is false if since the previous flush any event was dropped inside or
    /// noted by <see cref="CountDropped"/>. Events that found the gate full do not count.
    /// </summary>
    public Task<bool> WhenLeft()
    {
        lock (Lock)
        {
            if (_left == _entered)
                return Task.FromResult(EndFlush(_droppedAtFlush));

            var reached = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Enqueue((_entered, _droppedAtFlush, reached));
            _hasFlush = true;
            EndWait();
            return reached.Task;
        }
    }

    /// <summary>Accepts no more events; callers that wait for space return with <see cref="Admission.Closed"/>.</summary>
    public void Close()
    {
        lock (Lock)
        {
            _isClosed = true;
            NoteSpace();
            Monitor.PulseAll(Lock);
            EndWait();
        }
    }

    /// <summary>Gives up all events that the pump's thread has not claimed; it cannot claim them afterwards.</summary>
    /// <returns>Who logged them, in order.</returns>
    public IReadOnlyList<EventOrigin> GiveUpRest()
    {
        lock (Lock)
        {
            var claimed = Interlocked.Exchange(ref _claimed, long.MinValue);
            if (claimed < 0)
                return [];

            (_isGivenUp, _claimedAtEnd) = (true, claimed);
            var origins = new List<EventOrigin>();
            for (var number = claimed; number < _entered; number++)
                origins.Add(OriginOf(number));

            return origins;
        }
    }

    /// <summary>Removes the events that were given up. Call it after they were reported as dropped, so that flushes end after that.</summary>
    public void LeaveGivenUp()
    {
        lock (Lock)
        {
            Leave((int)Math.Max(0, _claimedAtEnd - _left));
            Leave(int.MaxValue, areDropped: true);
        }
    }

    // Null if the caller must first check whether the thread may block.
    private Admission? Enter<TEvent>(TEvent logEvent, Action<TEvent> post, EventOrigin origin, bool? mayBlock)
    {
        lock (Lock)
        {
            if (_entered - _left >= _pace && origin == EventOrigin.Application && !DeliveryScope.IsActive)
                KeepPace();
            if (!HasSpace() && !_isClosed && _timeout != TimeSpan.Zero && origin == EventOrigin.Application)
            {
                if (mayBlock is null)
                    return null;
                if (mayBlock.Value)
                    WaitForSpace();
            }

            if (_isClosed)
                return Admission.Closed;
            if (!HasSpace())
                return Admission.Full;

            if (origin != EventOrigin.Application)
            {
                _others.Enqueue((_entered, origin));
                _hasOthers = true;
            }

            _entered++;
            NoteSpace();
            post(logEvent);
            if (_arrival is not null && _entered - _left >= _expected)
                EndWait();
            return Admission.Entered;
        }
    }

    // An entry is removed only when a later event is looked up, so a close can look up this event again.
    private EventOrigin OriginOf(long number)
    {
        if (!_hasOthers)
            return EventOrigin.Application;

        lock (Lock)
        {
            while (_others.Count > 0 && _others.Peek().Number < number)
                _others.Dequeue();

            _hasOthers = _others.Count > 0;
            return _hasOthers && _others.Peek().Number == number ? _others.Peek().Origin : EventOrigin.Application;
        }
    }

    // Completes when so many events are inside; earlier if a flush waits, or after the close.
    private Task WhenInside(int count)
    {
        lock (Lock)
        {
            if (_entered - _left >= count || _watchers.Count > 0 || _isClosed)
                return Task.CompletedTask;

            _arrival = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _expected = count;
            return _arrival.Task;
        }
    }

    private void EndWait()
    {
        _arrival?.TrySetResult(true);
        _arrival = null;
    }

    private bool EndFlush(long droppedBefore)
    {
        _droppedAtFlush = _dropped;
        return droppedBefore == _dropped;
    }

    private bool HasSpace() => _entered - _left < _limit;

    private void NoteSpace()
    {
        var isFull = _timeout == TimeSpan.Zero && !_isClosed && !HasSpace();
        if (_isFull != isFull)
            _isFull = isFull;
    }

    private void KeepPace()
    {
        while (_entered - _left > _caughtUp && !_isHeldUp && !_isClosed)
        {
            var left = _left;
            if (!Monitor.Wait(Lock, LongestPaceMilliseconds) && left == _left)
                _isHeldUp = true;
        }
    }

    private void WaitForSpace()
    {
        var isOver = false;
        using var timer = _time.CreateTimer(_ => Over(), null, _timeout, Timeout.InfiniteTimeSpan);
        using var blocked = BlockedCaller.Enter();
        _blocked++;
        while (!HasSpace() && !_isClosed && !isOver)
            Monitor.Wait(Lock);
        _blocked--;

        void Over()
        {
            lock (Lock)
            {
                isOver = true;
                Monitor.PulseAll(Lock);
            }
        }
    }
}

/// <summary>Whether an event entered the gate.</summary>
internal enum Admission
{
    Entered,
    Full,
    Closed,
}
