using NLog.Targets.Wrappers;

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

    private readonly PipelineSettings _settings;
    private readonly TimeProvider _time;
    private readonly int _pace;
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly Queue<QueuedEvent> _waiting = new();
    private TaskCompletionSource<bool>? _arrival;
    private long _taken;
    private int _blockedCallers;
    private int _pacingCallers;
    private bool _isHeldUp;
    private bool _isClosed;

    public EventQueue(PipelineSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _pace = settings.OverflowAction == AsyncTargetWrapperOverflowAction.Block && settings.QueueLimit > Pace
            ? Pace
            : int.MaxValue;
    }

    /// <summary>How many callers wait for room.</summary>
    public int BlockedCallers
    {
        get
        {
            lock (_gate)
                return _blockedCallers;
        }
    }

    /// <summary>Takes an event if there is room, or waits for room if the settings say so.</summary>
    public Admission TryEnqueue(in QueuedEvent queued)
    {
        lock (_gate)
        {
            if (_waiting.Count >= _pace)
                KeepPace();
            if (IsFull && _settings.OverflowAction == AsyncTargetWrapperOverflowAction.Block && !WaitForRoom())
                return _isClosed ? Admission.Closed : Admission.Full;
            if (_isClosed)
                return Admission.Closed;
            if (IsFull && _settings.OverflowAction == AsyncTargetWrapperOverflowAction.Discard)
                return Admission.Full;

            Add(queued);
            return Admission.Accepted;
        }
    }

    /// <summary>Takes the mark of a flush, for which there is always room; false if the queue is closed.</summary>
    public bool TryEnqueueFlush(in QueuedEvent flush)
    {
        lock (_gate)
        {
            if (_isClosed)
                return false;

            Add(flush);
            return true;
        }
    }

    /// <summary>Waits until something waits. False once the queue is closed and empty.</summary>
    public Task<bool> WaitAsync()
    {
        lock (_gate)
        {
            if (_waiting.Count > 0)
                return Task.FromResult(true);
            if (_isClosed)
                return Task.FromResult(false);

            _arrival = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _arrival.Task;
        }
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

    /// <summary>Until something is taken out nobody keeps pace: whoever takes is waiting himself, for OSS.</summary>
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
            _arrival?.TrySetResult(_waiting.Count > 0);
            _arrival = null;
        }
    }

    // The few marks of flushes count too.
    private bool IsFull => _waiting.Count >= _settings.QueueLimit;

    private void Add(in QueuedEvent queued)
    {
        _waiting.Enqueue(queued);
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

    private bool WaitForRoom()
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

        _blockedCallers++;
        while (IsFull && !_isClosed && !isOver)
            Monitor.Wait(_gate);
        _blockedCallers--;
        return !IsFull && !_isClosed;
    }
}

/// <summary>What became of an event that was brought to the queue.</summary>
internal enum Admission
{
    /// <summary>It waits.</summary>
    Accepted,

    /// <summary>There was no room for it.</summary>
    Full,

    /// <summary>The queue takes nothing any more.</summary>
    Closed,
}
