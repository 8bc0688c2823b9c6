using System.Threading.Channels;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.Delivery;

/// <summary>
/// The bounded place in memory where records wait. A stream is ready to be shipped when its oldest record has waited the
/// append interval, when a whole append is full, when memory gets short and it is among the largest, when there is none left,
/// at a flush and at the close. It is handed to one worker at a time.
/// </summary>
internal sealed partial class MemorySpool : IDisposable
{
    // Memory is kept for those to come that was in use not longer ago than that, and a bit of it always.
    private static readonly TimeSpan KeepTime = TimeSpan.FromSeconds(10);
    private const long KeptAtRest = 1 << 20;

    private readonly object _gate = new();
    private readonly StreamDirectory _directory;
    private readonly SpoolLimits _limits;
    private readonly TimeProvider _time;
    private readonly StreamSchedule _schedule;

    // Guarded by _gate.
    private readonly SegmentPool _segments = new();
    private readonly List<LogStream> _lingering = [];
    private TaskCompletionSource<bool>? _room;
    private TaskCompletionSource<bool>? _relief;
    private long _heldBytes;
    private long _doubtfulBytes;
    private long _mostHeldBytes;
    private long _mostHeldSince;
    private bool _isUrgent;
    private bool _isClosing;
    private bool _isAbandoned;

    public MemorySpool(StreamDirectory directory, SpoolLimits limits, TimeProvider time)
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
    /// How long the oldest undelivered record has waited; zero if there is none. What delivery itself has logged counts from
    /// when it is to be appended: nobody has to worry about it before.
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
                MakeRoom();
            }

            Become(stream, health);
            if (pause > TimeSpan.Zero)
                _schedule.Pause(stream, pause);
            else
                GoOnOrRest(stream);
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
            _schedule.Hurry();
            MakeRoom();
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
    public IReadOnlyList<(AppendBatch Batch, bool MayBeStored)> Abandon()
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

    // The largest, and so few of them that the others can become as large: appends cost more than their bytes.
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

    // A pause may end with nothing that waits: the last batch was delivered, and it was the object that gave cause for a pause.
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

        if (stream.Health == StreamHealth.Refused)
            Relieve();
        _doubtfulBytes -= DoubtfulBytesOf(stream);
        stream.Health = health;
        _doubtfulBytes += DoubtfulBytesOf(stream);

        // Whoever waits for room may no longer have to, or may have to yield.
        MakeRoom();
    }

    private void Hold(LogStream stream, long bytes)
    {
        _doubtfulBytes -= DoubtfulBytesOf(stream);
        stream.HeldBytes += bytes;
        _doubtfulBytes += DoubtfulBytesOf(stream);
        _heldBytes += bytes;
        if (bytes < 0 && stream.Health == StreamHealth.Refused)
            Relieve();
    }

    private void Relieve()
    {
        _relief?.TrySetResult(true);
        _relief = null;
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

    private void MakeRoom()
    {
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
}
