using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Diagnostics;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>
/// The queue's accounts: an event that has entered leaves once, in its turn; never more than the limit are inside; after the
/// close none enters. Any thread may enter, one at a time leaves.
/// </summary>
internal sealed class AdmissionGate
{
    /// <summary>
    /// Where calls that may wait begin to keep pace with the renderer, far below a large limit: events that wait long are
    /// copied by the garbage collector, at more than they cost otherwise. They go on when most of these have left, so that few
    /// calls wait, and few threads are woken.
    /// </summary>
    public const int Pace = 2000;

    private const int BatchesPerPace = 4;

    // A renderer that has not moved for that long is not waited for: it may hang, or get no processor.
    private const int LongestPaceMilliseconds = 20;

    private readonly object _gate = new();
    private readonly int _limit;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly TimeSpan _batchInterval;
    private readonly int _pace;
    private readonly int _caughtUp;
    private readonly int _enough;

    // Guarded by _gate.
    private readonly Queue<(long Target, TaskCompletionSource<bool> Reached)> _watchers = new();
    private readonly Queue<(long Number, EventOrigin Origin)> _others = new();
    private TaskCompletionSource<bool>? _arrival;
    private int _expected;
    private long _entered;
    private long _left;
    private int _blocked;
    private bool _isHeldUp;
    private bool _isClosed;

    // Written under _gate.
    private volatile bool _hasOthers;

    // Belongs to whoever leads events out.
    private long _ledOut;

    /// <param name="limit">The most events inside.</param>
    /// <param name="timeout">How long a caller waits for space; zero not at all.</param>
    /// <param name="time">The clock.</param>
    /// <param name="batchSize">How many events are led out at a time.</param>
    /// <param name="batchInterval">How often events are led out that come one by one.</param>
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

    public int Count
    {
        get
        {
            lock (_gate)
                return (int)(_entered - _left);
        }
    }

    /// <summary>Queue length at which the waiting renderer is woken; 0 if it does not wait.</summary>
    public int Awaited
    {
        get
        {
            lock (_gate)
                return _arrival is null ? 0 : _expected;
        }
    }

    /// <summary>Lets an event in, if there is space in time. What delivery itself has logged waits for nothing.</summary>
    /// <param name="logEvent">The event.</param>
    /// <param name="enqueue">Puts it into the queue; never after <see cref="Close"/> has returned.</param>
    /// <param name="origin">Who has logged it; what <see cref="OriginOfNext"/> says of it when its turn comes.</param>
    public Admission Enter(LogEvent logEvent, Action<LogEvent> enqueue, EventOrigin origin = EventOrigin.Application)
    {
        if (Enter(logEvent, enqueue, origin, mayBlock: null) is { } admission)
            return admission;

        // Found out outside the lock: it takes its time.
        return Enter(logEvent, enqueue, origin, mayBlock: DeliveryScope.MayWait())!.Value;
    }

    // Null if somebody has to find out first whether the thread may be blocked.
    private Admission? Enter(LogEvent logEvent, Action<LogEvent> enqueue, EventOrigin origin, bool? mayBlock)
    {
        lock (_gate)
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
            enqueue(logEvent);
            if (_arrival is not null && _entered - _left >= _expected)
                EndWait();
            return Admission.Entered;
        }
    }

    /// <summary>
    /// Waits until there is something to lead out. While events keep coming it looks by its own clock, so that no call pays for
    /// waking it; a call does so where much waits already, or where nothing has come for a while.
    /// </summary>
    public async Task WhenNext()
    {
        if (Count > 0)
            return;

        // In real time, as everything is that is about processors: a test's clock does not move them.
        var over = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (TimeProvider.System.CreateTimer(_ => over.TrySetResult(true), null, _batchInterval, Timeout.InfiniteTimeSpan))
            await Task.WhenAny(WhenInside(_enough), over.Task).ConfigureAwait(false);

        await WhenInside(1).ConfigureAwait(false);
    }

    /// <summary>Who has logged the next event that is led out; to be asked once for each, in their order.</summary>
    public EventOrigin OriginOfNext()
    {
        var number = _ledOut++;
        if (!_hasOthers)
            return EventOrigin.Application;

        lock (_gate)
        {
            if (_others.Count == 0 || _others.Peek().Number != number)
                return EventOrigin.Application;

            var (_, origin) = _others.Dequeue();
            _hasOthers = _others.Count > 0;
            return origin;
        }
    }

    /// <summary>The oldest events inside leave.</summary>
    /// <returns>How many left now: none after <see cref="EmptyOut"/>, which has counted them.</returns>
    public int Leave(int count)
    {
        lock (_gate)
        {
            var leaving = (int)Math.Min(count, _entered - _left);
            _left += leaving;
            _isHeldUp &= leaving == 0;
            while (_watchers.Count > 0 && _watchers.Peek().Target <= _left)
                _watchers.Dequeue().Reached.TrySetResult(true);

            if (_blocked > 0 || _entered - _left <= _caughtUp)
                Monitor.PulseAll(_gate);
            return leaving;
        }
    }

    /// <summary>Callers are not slowed down until events leave again: the renderer itself waits for OSS.</summary>
    public void HoldUp()
    {
        lock (_gate)
        {
            _isHeldUp = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>A task that ends when all that are inside now have left.</summary>
    public Task WhenLeft()
    {
        lock (_gate)
        {
            if (_left == _entered)
                return Task.CompletedTask;

            var reached = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Enqueue((_entered, reached));
            EndWait();
            return reached.Task;
        }
    }

    /// <summary>Lets nobody in any more; those who wait for space are sent away.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
            EndWait();
        }
    }

    /// <summary>All that are inside leave, because nobody leads them out any more.</summary>
    /// <returns>How many they were.</returns>
    public int EmptyOut() => Leave(int.MaxValue);

    // Ends before when somebody waits for what is inside, or after the close.
    private Task WhenInside(int count)
    {
        lock (_gate)
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

    private bool HasSpace() => _entered - _left < _limit;

    private void KeepPace()
    {
        while (_entered - _left > _caughtUp && !_isHeldUp && !_isClosed)
        {
            var left = _left;
            if (!Monitor.Wait(_gate, LongestPaceMilliseconds) && left == _left)
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
            Monitor.Wait(_gate);
        _blocked--;

        void Over()
        {
            lock (_gate)
            {
                isOver = true;
                Monitor.PulseAll(_gate);
            }
        }
    }
}

/// <summary>What became of an event at the queue.</summary>
internal enum Admission
{
    Entered,
    Full,
    Closed,
}
