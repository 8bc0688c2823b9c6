using System.Collections.Concurrent;
using NLog.Common;
using OssLogSinks.Core.Shutdown;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Takes what is logged to a target that has just been closed: NLog closes the old configuration before it starts the new one, and
/// loggers go on to write to the old one until they are told of the new. A pipeline is made when the first such event comes; it is closed
/// after a moment, with a target that was started since, or with the process, whichever comes first.
/// </summary>
internal sealed class Understudy
{
    // Far longer than a configuration takes to start.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly ConcurrentDictionary<Understudy, long> OnStage = new();
    private static long _moments;

    private readonly Func<EventPipeline> _make;
    private readonly TimeProvider _time;
    private readonly LogFactory? _factory;
    private readonly object _gate = new();

    // Guarded by _gate.
    private EventPipeline? _pipeline;
    private ITimer? _endOfGrace;
    private bool _isOn;

    public Understudy(Func<EventPipeline> make, TimeProvider time, LogFactory? factory)
    {
        _make = make;
        _time = time;
        _factory = factory;
    }

    /// <summary>A moment that is later than all those before it.</summary>
    public static long NextMoment() => Interlocked.Increment(ref _moments);

    /// <summary>Closes those of the same factory that began before a moment: those of targets that were replaced before it.</summary>
    /// <param name="moment">The moment.</param>
    /// <param name="heldLock">A lock that the caller holds and that events need; it is released while this waits.</param>
    public void EndThoseBefore(long moment, object? heldLock = null)
    {
        foreach (var (understudy, begun) in OnStage.Select(entry => (entry.Key, entry.Value)))
            if (begun < moment && ReferenceEquals(understudy._factory, _factory))
                understudy.End(heldLock);
    }

    /// <summary>Takes events from now on.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _isOn = true;
            OnStage[this] = NextMoment();
        }
    }

    /// <summary>Ends in a moment: the close, however long it took, is over.</summary>
    public void BeginGrace()
    {
        lock (_gate)
        {
            _endOfGrace = _time.CreateTimer(static understudy => Task.Run(() => ((Understudy)understudy!).End(heldLock: null)), this, Grace, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Takes an event on the thread that logs it; false before the beginning and after the end.</summary>
    public bool TryWrite(AsyncLogEventInfo logEvent)
    {
        EventPipeline pipeline;
        lock (_gate)
        {
            if (!_isOn)
                return false;

            try
            {
                pipeline = _pipeline ??= _make();
            }
            catch (Exception)
            {
                // Something that the settings name has gone since, credentials in the environment for instance: whoever logs is told
                // that the target is closed, and gets no exception for it.
                return false;
            }
        }

        pipeline.Write(logEvent);
        return true;
    }

    private void End(object? heldLock)
    {
        EventPipeline? pipeline;
        lock (_gate)
        {
            _isOn = false;
            _endOfGrace?.Dispose();
            pipeline = _pipeline;
        }

        if (pipeline is not null)
            HeldLock.Wait(BoundedWait.RunAsync(pipeline.End), heldLock);

        OnStage.TryRemove(this, out _);
    }
}
