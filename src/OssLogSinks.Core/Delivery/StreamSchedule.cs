using System.Threading.Channels;

namespace OssLogSinks.Core.Delivery;

/// <summary>
/// Moves streams through their round: idle, lingering, ready, shipping, backing off. Every member is called under the
/// buffer's lock, which its timers take as well.
/// </summary>
internal sealed class StreamSchedule
{
    // While closing, a failed request is tried again soon or never.
    private static readonly TimeSpan ClosingPause = TimeSpan.FromMilliseconds(250);

    private const int States = (int)StreamState.BackingOff + 1;

    private readonly object _gate;
    private readonly TimeProvider _time;
    private readonly Action<LogStream> _onIdle;
    private readonly Action<LogStream> _onPauseOver;
    private readonly Channel<LogStream> _ready = Channel.CreateUnbounded<LogStream>();
    private readonly LinkedList<LogStream>[] _byState;
    private int _waitingStreams;
    private bool _isHurrying;

    /// <param name="gate">The buffer's lock.</param>
    /// <param name="time">The clock.</param>
    /// <param name="idle">Where idle streams stand, new ones too.</param>
    /// <param name="onIdle">Called under the lock for a stream that has rested as long as it was to be watched.</param>
    /// <param name="onPauseOver">Called under the lock for a stream whose pause is over.</param>
    public StreamSchedule(object gate, TimeProvider time, LinkedList<LogStream> idle, Action<LogStream> onIdle, Action<LogStream> onPauseOver)
    {
        _gate = gate;
        _time = time;
        _byState = [.. Enumerable.Range(0, States).Select(state => state == (int)StreamState.Idle ? idle : new LinkedList<LogStream>())];
        _onIdle = onIdle;
        _onPauseOver = onPauseOver;
    }

    /// <summary>Streams whose turn it is, each at most once.</summary>
    public ChannelReader<LogStream> Ready => _ready.Reader;

    /// <summary>Memory that the records of lingering streams hold.</summary>
    public long LingeringBytes { get; private set; }

    /// <summary>The streams of a state, by when they came into it. Not to be changed while they are enumerated.</summary>
    public LinkedList<LogStream> In(StreamState state) => _byState[(int)state];

    /// <summary>All that are not idle. Not to be changed while they are enumerated.</summary>
    public IEnumerable<LogStream> Busy => _byState.Where((_, state) => state != (int)StreamState.Idle).SelectMany(streams => streams);

    /// <summary>How many streams hold only what delivery itself has logged. Any thread may ask.</summary>
    public int WaitingStreams => Volatile.Read(ref _waitingStreams);

    /// <summary>A worker has it.</summary>
    public void Ship(LogStream stream) => Become(stream, StreamState.Shipping);

    public void MakeReady(LogStream stream)
    {
        Grew(stream, -stream.LingeringBytes);
        Become(stream, StreamState.Ready);
        _ready.Writer.TryWrite(stream);
    }

    /// <summary>
    /// Makes a lingering or waiting stream ready. One that ships or backs off gets its next turn anyway; an idle one has nothing to ship.
    /// </summary>
    public void Due(LogStream stream)
    {
        if (stream.State is StreamState.Lingering or StreamState.Waiting)
            MakeReady(stream);
    }

    /// <summary>Lets a stream wait until something makes it due; no timer does.</summary>
    public void Wait(LogStream stream)
    {
        Grew(stream, -stream.LingeringBytes);
        Become(stream, StreamState.Waiting);
    }

    /// <summary>Lets a stream wait for more records.</summary>
    public void Linger(LogStream stream, TimeSpan wait)
    {
        Become(stream, StreamState.Lingering);
        Grew(stream, stream.Open!.HeldBytes);
        Wake(stream, wait);
    }

    /// <summary>A stream holds so much more; it counts while it lingers.</summary>
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
        // Decided here, under the lock: a pause that was chosen before the close and begins after it is cut short too.
        Become(stream, StreamState.BackingOff);
        Wake(stream, _isHurrying && wait > ClosingPause ? ClosingPause : wait);
    }

    /// <summary>Nothing waits in the stream. It is checked again after <paramref name="watch"/>, if given.</summary>
    public void Rest(LogStream stream, TimeSpan? watch)
    {
        Grew(stream, -stream.LingeringBytes);
        Become(stream, StreamState.Idle);
        if (watch is { } wait)
            Wake(stream, wait);
    }

    /// <summary>Ends the pauses of streams whose last turn has ended in a certain way, if they have something to ship.</summary>
    public void EndPauses(StreamHealth health)
    {
        foreach (var stream in In(StreamState.BackingOff).Where(stream => stream.Health == health).ToList())
            TryEndPause(stream);
    }

    /// <summary>Ends all pauses; from now on they are short.</summary>
    public void Hurry()
    {
        _isHurrying = true;
        foreach (var stream in In(StreamState.BackingOff).ToList())
        {
            if (!TryEndPause(stream))
                Wake(stream, ClosingPause);
        }
    }

    /// <summary>Stops all timers; no stream becomes ready any more.</summary>
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
            stream.Turn.List?.Remove(stream.Turn);
            In(state).AddLast(stream.Turn);
            stream.State = state;
        }

        Volatile.Write(ref _waitingStreams, In(StreamState.Waiting).Count);
    }

    private bool TryEndPause(LogStream stream)
    {
        if (stream.Current is null && !stream.HasWaiting)
            return false;

        MakeReady(stream);
        return true;
    }

    private void Wake(LogStream stream, TimeSpan wait)
    {
        stream.Timer ??= _time.CreateTimer(_ => OnTimer(stream), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        stream.Timer.Change(wait, Timeout.InfiniteTimeSpan);
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
