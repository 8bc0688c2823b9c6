using System.Threading.Channels;

namespace OssLogSinks.Core.Delivery;

/// <summary>
/// Keeps the state of each stream: idle, deferred, lingering, ready, shipping, backing off. All members except <see cref="Ready"/> and
/// <see cref="DeferredStreams"/> are called under the buffer's lock, which the timers take too.
/// </summary>
internal sealed class StreamSchedule
{
    // While closing, a failed request is repeated soon or not at all.
    private static readonly TimeSpan ClosingPause = TimeSpan.FromMilliseconds(250);

    private const int States = (int)StreamState.BackingOff + 1;

    private readonly object _gate;
    private readonly TimeProvider _time;
    private readonly Action<LogStream> _onIdle;
    private readonly Action<LogStream> _onPauseOver;
    private readonly Channel<LogStream> _ready = Channel.CreateUnbounded<LogStream>();
    private readonly LinkedList<LogStream>[] _byState;
    private int _deferredStreams;
    private bool _hasShortPauses;

    /// <param name="gate">The buffer's lock.</param>
    /// <param name="time">The clock.</param>
    /// <param name="idle">The list of idle streams, which new ones are added to.</param>
    /// <param name="onIdle">Called under the lock for a stream that was idle for the time given to <see cref="Rest"/>.</param>
    /// <param name="onPauseOver">Called under the lock for a stream whose pause is over.</param>
    public StreamSchedule(object gate, TimeProvider time, LinkedList<LogStream> idle, Action<LogStream> onIdle, Action<LogStream> onPauseOver)
    {
        _gate = gate;
        _time = time;
        _byState = [.. Enumerable.Range(0, States).Select(state => state == (int)StreamState.Idle ? idle : new LinkedList<LogStream>())];
        _onIdle = onIdle;
        _onPauseOver = onPauseOver;
    }

    /// <summary>Ready streams, each at most once.</summary>
    public ChannelReader<LogStream> Ready => _ready.Reader;

    /// <summary>Memory that the records of lingering streams hold.</summary>
    public long LingeringBytes { get; private set; }

    /// <summary>The streams of a state, in the order in which they reached it.</summary>
    public LinkedList<LogStream> In(StreamState state) => _byState[(int)state];

    /// <summary>All streams that are not idle.</summary>
    public IEnumerable<LogStream> Busy => _byState.Where((_, state) => state != (int)StreamState.Idle).SelectMany(streams => streams);

    /// <summary>How many streams have only records that delivery itself logged. Thread-safe.</summary>
    public int DeferredStreams => Volatile.Read(ref _deferredStreams);

    public void Ship(LogStream stream) => Become(stream, StreamState.Shipping);

    public void MakeReady(LogStream stream)
    {
        Become(stream, StreamState.Ready);
        _ready.Writer.TryWrite(stream);
    }

    /// <summary>Makes a lingering or deferred stream ready. Other streams get their next turn anyway, or have nothing to ship.</summary>
    public void EndWait(LogStream stream)
    {
        if (stream.State is StreamState.Lingering or StreamState.Deferred)
            MakeReady(stream);
    }

    /// <summary>Defers a stream until an ordinary record comes; there is no timer.</summary>
    public void Defer(LogStream stream) => Become(stream, StreamState.Deferred);

    /// <summary>Lets a stream wait for more records.</summary>
    public void Linger(LogStream stream, TimeSpan wait)
    {
        Become(stream, StreamState.Lingering);
        Grew(stream, stream.Open!.HeldBytes);
        WakeAfter(stream, wait);
    }

    /// <summary>Adds to <see cref="LingeringBytes"/> if the stream is lingering.</summary>
    public void Grew(LogStream stream, long bytes)
    {
        if (stream.State != StreamState.Lingering)
            return;

        stream.LingeringBytes += bytes;
        LingeringBytes += bytes;
    }

    /// <summary>Lets a stream wait after a failure.</summary>
    public void Pause(LogStream stream, TimeSpan wait)
    {
        // The length is decided here, under the lock: a pause that was computed before the close but begins after it must be short too.
        Become(stream, StreamState.BackingOff);
        WakeAfter(stream, _hasShortPauses && wait > ClosingPause ? ClosingPause : wait);
    }

    /// <summary>The stream is idle. It is checked again after <paramref name="watch"/>, if given.</summary>
    public void Rest(LogStream stream, TimeSpan? watch)
    {
        Become(stream, StreamState.Idle);
        if (watch is { } wait)
            WakeAfter(stream, wait);
    }

    /// <summary>Ends the pauses of streams with that health that have something to ship.</summary>
    public void EndPauses(StreamHealth health)
    {
        foreach (var stream in In(StreamState.BackingOff).Where(stream => stream.Health == health).ToList())
            TryEndPause(stream);
    }

    /// <summary>Ends all pauses; later ones are short.</summary>
    public void ShortenPauses()
    {
        _hasShortPauses = true;
        foreach (var stream in In(StreamState.BackingOff).ToList())
        {
            if (!TryEndPause(stream))
                WakeAfter(stream, ClosingPause);
        }
    }

    /// <summary>Stops all timers. No stream becomes ready afterwards.</summary>
    public void End(IEnumerable<LogStream> streams)
    {
        foreach (var stream in streams)
            stream.Timer?.Dispose();
        _ready.Writer.TryComplete();
    }

    private void Become(LogStream stream, StreamState state)
    {
        if (stream.State != state)
        {
            Grew(stream, -stream.LingeringBytes);
            stream.Turn.List?.Remove(stream.Turn);
            In(state).AddLast(stream.Turn);
            stream.State = state;
        }

        Volatile.Write(ref _deferredStreams, In(StreamState.Deferred).Count);
    }

    private bool TryEndPause(LogStream stream)
    {
        if (stream.Current is null && !stream.HasWaiting)
            return false;

        MakeReady(stream);
        return true;
    }

    private void WakeAfter(LogStream stream, TimeSpan wait)
    {
        stream.Timer ??= CreateTimer(stream);
        stream.Timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    // An ordinary timer keeps the ExecutionContext of its creator, often a log call: everything that the application's request has put there would
    // stay in memory as long as the stream.
    private ITimer CreateTimer(LogStream stream)
    {
        using AsyncFlowControl? suppressed = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        return _time.CreateTimer(_ => OnTimer(stream), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer(LogStream stream)
    {
        lock (_gate)
        {
            if (stream.State == StreamState.Lingering)
                MakeReady(stream);
            else if (stream.State == StreamState.BackingOff)
                _onPauseOver(stream);
            else if (stream.State == StreamState.Idle)
                _onIdle(stream);
        }
    }
}
