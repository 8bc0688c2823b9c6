using System.Collections.Concurrent;
using NLog.Common;
using OssLogSinks.Core.Shutdown;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Takes what is logged to a target that has just been closed: NLog closes the old configuration before it starts the new one, and
/// loggers go on to write to the old one until they are told of the new. A pipeline is made when the first such event comes; it is closed
/// after a moment, with a target that was started since, or with the process, whichever comes first.
/// </summary>
internal sealed class ReloadBridge
{
    // Far longer than a configuration takes to start.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly ConcurrentDictionary<ReloadBridge, long> Active = new();
    private static long _moments;

    private readonly Func<TargetPipeline> _make;
    private readonly TimeProvider _time;
    private readonly LogFactory? _factory;
    private readonly object _gate = new();

    // Guarded by _gate.
    private TargetPipeline? _pipeline;
    private ITimer? _endOfGrace;
    private bool _isOn;

    public ReloadBridge(Func<TargetPipeline> make, TimeProvider time, LogFactory? factory)
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
        foreach (var (bridge, begun) in Active.Select(entry => (entry.Key, entry.Value)))
        {
            if (begun < moment && ReferenceEquals(bridge._factory, _factory))
                bridge.End(heldLock);
        }
    }

    /// <summary>Takes events from now on.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _isOn = true;
            Active[this] = NextMoment();
        }
    }

    /// <summary>Ends in a moment: the close, however long it took, is over.</summary>
    public void BeginGrace()
    {
        lock (_gate)
        {
            _endOfGrace = _time.CreateTimer(static bridge => Task.Run(() => ((ReloadBridge)bridge!).End(heldLock: null)), this, Grace, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Takes an event on the thread that logs it; false before the beginning and after the end.</summary>
    public bool TryWrite(AsyncLogEventInfo logEvent)
    {
        TargetPipeline pipeline;
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
                // A setting no longer works, for example because credentials were removed from the environment. The caller gets no
                // exception; the event is told as one that came after the close.
                return false;
            }
        }

        // NLog captures nothing for a target that is closed; the closed pipeline did.
        pipeline.Write(logEvent, capture: null);
        return true;
    }

    private void End(object? heldLock)
    {
        TargetPipeline? pipeline;
        lock (_gate)
        {
            _isOn = false;
            _endOfGrace?.Dispose();
            pipeline = _pipeline;
        }

        if (pipeline is not null)
            HeldLock.Wait(BoundedWait.RunAsync(pipeline.End), heldLock);

        Active.TryRemove(this, out _);
    }
}
