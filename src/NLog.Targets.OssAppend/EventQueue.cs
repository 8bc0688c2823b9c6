using NLog.Common;
using NLog.Targets.Wrappers;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Where events wait between the threads that log and the one that renders: bounded, in order, one short lock per event.
/// Many threads may bring events, one takes them.
/// </summary>
internal sealed class EventQueue
{
    // Where callers that may wait begin to keep pace with the renderer, far below a large limit: events that wait long are
    // copied by the garbage collector, at more than they cost otherwise. They go on when most of these have been taken, so that
    // few calls wait, and few threads are woken.
    private const int Pace = 2000;
    private const int CaughtUp = Pace / 4;

    // A renderer that has not moved for that long is not waited for: it may hang, or get no processor.
    private const int LongestPaceMilliseconds = 20;

    // How often events are taken that come one by one; with a buffer they are not safe before.
    private static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(10);

    private readonly PipelineSettings _settings;
    private readonly TimeProvider _time;
    private readonly TimeSpan _batchInterval;
    private readonly int _pace;
    private readonly int _enough;
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly Queue<QueuedEvent> _waiting = new();
    private TaskCompletionSource<bool>? _arrival;
    private int _expected;
    private long _taken;
    private int _blockedCallers;
    private int _pacingCallers;
    private bool _isHeldUp;
    private bool _isClosed;

    public EventQueue(PipelineSettings settings, TimeProvider time)
        : this(settings, time, BatchInterval)
    {
    }

    /// <param name="settings">How many events wait, and what becomes of those that find no space.</param>
    /// <param name="time">The clock.</param>
    /// <param name="batchInterval">How often events are taken that come one by one.</param>
    internal EventQueue(PipelineSettings settings, TimeProvider time, TimeSpan batchInterval)
    {
        _settings = settings;
        _time = time;
        _batchInterval = batchInterval;
        _pace = settings.OverflowAction == AsyncTargetWrapperOverflowAction.Block && settings.QueueLimit > Pace
            ? Pace
            : int.MaxValue;
        _enough = Math.Max(1, Math.Min(settings.QueueLimit, Pace) / 2);
    }

    /// <summary>How many events wait, marks of flushes included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    /// <summary>How many callers wait for space.</summary>
    public int BlockedCallers
    {
        get
        {
            lock (_gate)
                return _blockedCallers;
        }
    }

    /// <summary>Queue length at which the waiting worker is woken; 0 if it does not wait.</summary>
    public int Awaited
    {
        get
        {
            lock (_gate)
                return _arrival is null ? 0 : _expected;
        }
    }

    /// <summary>Takes an event if there is space, or waits for space if the settings say so. What delivery itself logs waits for nothing.</summary>
    public Admission TryEnqueue(in QueuedEvent queued)
    {
        if (Enqueue(queued, mayBlock: null) is { } admission)
            return admission;

        // Found out outside the lock: it takes its time.
        return Enqueue(queued, mayBlock: DeliveryScope.MayWait())!.Value;
    }

    // Null if somebody has to find out first whether the thread may be blocked.
    private Admission? Enqueue(in QueuedEvent queued, bool? mayBlock)
    {
        lock (_gate)
        {
            if (_waiting.Count >= _pace && MayKeepPace(queued))
                KeepPace();
            if (IsFull && !_isClosed && _settings.OverflowAction == AsyncTargetWrapperOverflowAction.Block && !queued.IsFromDelivery)
            {
                if (mayBlock is null)
                    return null;
                if (mayBlock.Value)
                    WaitForSpace();
            }

            if (_isClosed)
                return Admission.Closed;
            if (IsFull && _settings.OverflowAction != AsyncTargetWrapperOverflowAction.Grow)
                return Admission.Full;

            Add(queued);
            return Admission.Accepted;
        }
    }

    /// <summary>Takes the mark of a flush, for which there is always space; false if the queue is closed.</summary>
    public bool TryEnqueueFlush(in QueuedEvent flush)
    {
        lock (_gate)
        {
            if (_isClosed)
                return false;

            Add(flush);
            EndWait();
            return true;
        }
    }

    /// <summary>
    /// Waits until something waits. While events keep coming it looks by its own clock, so that no call pays for waking it; a
    /// call does so where much waits already, or where nothing has come for a while. False once the queue is closed and empty.
    /// </summary>
    public async Task<bool> WaitAsync()
    {
        if (Count > 0)
            return true;

        // In real time, as everything is that is about processors: a test's clock does not move them.
        var over = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (TimeProvider.System.CreateTimer(_ => over.TrySetResult(true), null, _batchInterval, Timeout.InfiniteTimeSpan))
            await Task.WhenAny(WhenWaiting(_enough), over.Task).ConfigureAwait(false);

        await WhenWaiting(1).ConfigureAwait(false);
        return Count > 0;
    }

    /// <summary>Takes out what waits, oldest first.</summary>
    public void TakeInto(List<QueuedEvent> taken, int most)
    {
        lock (_gate)
        {
            _isHeldUp = false;
            for (; most > 0 && _waiting.Count > 0; most--, _taken++)
                taken.Add(_waiting.Dequeue());

            if (_blockedCallers > 0 || (_pacingCallers > 0 && _waiting.Count <= CaughtUp))
                Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Callers are not slowed down until events are taken out again: the worker itself waits for OSS.</summary>
    public void HoldUp()
    {
        lock (_gate)
        {
            _isHeldUp = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes nothing any more; what waits can still be taken out.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
            EndWait();
        }
    }

    // Not for long, however that ends.
    private static bool MayKeepPace(in QueuedEvent queued) => !queued.IsFromDelivery && !DeliveryScope.IsActive;

    // The few marks of flushes count too.
    private bool IsFull => _waiting.Count >= _settings.QueueLimit;

    private void Add(in QueuedEvent queued)
    {
        _waiting.Enqueue(queued);
        if (_arrival is not null && _waiting.Count >= _expected)
            EndWait();
    }

    // Ends after the close, too.
    private Task WhenWaiting(int count)
    {
        lock (_gate)
        {
            if (_waiting.Count >= count || _isClosed)
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

    private void KeepPace()
    {
        _pacingCallers++;
        while (_waiting.Count > CaughtUp && !_isHeldUp && !_isClosed)
        {
            var taken = _taken;
            if (!Monitor.Wait(_gate, LongestPaceMilliseconds) && taken == _taken)
                _isHeldUp = true;
        }

        _pacingCallers--;
    }

    private void WaitForSpace()
    {
        var isOver = false;
        using var timer = _settings.BlockTimeout == Timeout.InfiniteTimeSpan ? null : _time.CreateTimer(
            _ =>
            {
                lock (_gate)
                {
                    isOver = true;
                    Monitor.PulseAll(_gate);
                }
            },
            null,
            _settings.BlockTimeout,
            Timeout.InfiniteTimeSpan);

        using var blocked = BlockedCaller.Enter();
        _blockedCallers++;
        while (IsFull && !_isClosed && !isOver)
            Monitor.Wait(_gate);
        _blockedCallers--;
    }
}

/// <summary>What became of an event that was brought to the queue.</summary>
internal enum Admission
{
    /// <summary>It waits.</summary>
    Accepted,

    /// <summary>There was no space for it.</summary>
    Full,

    /// <summary>The queue takes nothing any more.</summary>
    Closed,
}

/// <summary>What waits in the queue: an event, or a mark that a flush leaves behind the events it is about.</summary>
/// <param name="Event">The event; null for a flush.</param>
/// <param name="Continuation">Whom to tell what became of it.</param>
/// <param name="KeyValues">The event's values for the object key; null if the key has none.</param>
/// <param name="FlushTarget">What a flush waits for.</param>
/// <param name="IsFromDelivery">Whether delivery itself has logged the event.</param>
internal readonly record struct QueuedEvent(
    LogEventInfo? Event, AsyncContinuation Continuation, string?[]? KeyValues, OssFlushTarget FlushTarget = OssFlushTarget.Oss, bool IsFromDelivery = false)
{
    /// <summary>What goes with the event until its outcome is known.</summary>
    public object State => ContinuationQueue.StateOf(Continuation, IsFromDelivery);
}
