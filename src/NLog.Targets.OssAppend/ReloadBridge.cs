using System.Collections.Concurrent;
using NLog.Common;
using OssLogSinks.Core.Shutdown;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Accepts events logged to a target that was just closed. NLog closes the old configuration before it starts the new one, and loggers
/// keep writing to the old one until they switch. The first such event creates a pipeline. That is closed after <see cref="Grace"/>, when a
/// newer target of the same factory closes, or when the process exits, as soon as one of these happens.
/// </summary>
internal sealed class ReloadBridge
{
    // Much longer than a configuration takes to start.
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

    /// <summary>A number larger than all earlier ones, to order starts and closes.</summary>
    public static long NextMoment() => Interlocked.Increment(ref _moments);

    /// <summary>Closes the bridges of the same factory that began before a moment: those of replaced targets.</summary>
    /// <param name="moment">A result of <see cref="NextMoment"/>.</param>
    /// <param name="heldLock">A lock that the caller holds and that events need; released during the wait.</param>
    public void EndThoseBefore(long moment, object? heldLock = null)
    {
        foreach (var (bridge, begun) in Active.Select(entry => (entry.Key, entry.Value)))
        {
            if (begun < moment && ReferenceEquals(bridge._factory, _factory))
                bridge.End(heldLock);
        }
    }

    /// <summary>Starts to accept events.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _isOn = true;
            Active[this] = NextMoment();
        }
    }

    /// <summary>Starts the grace period, when the target's close has ended.</summary>
    public void BeginGrace()
    {
        lock (_gate)
        {
            _endOfGrace = _time.CreateTimer(static bridge => Task.Run(() => ((ReloadBridge)bridge!).End(heldLock: null)), this, Grace, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Takes an event on the thread that logs it; false if the bridge has not begun or has ended, or no pipeline can be made.</summary>
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
                // exception; the event is reported as dropped after the close.
                return false;
            }
        }

        // NLog captures nothing for a closed target; the closed pipeline has already done it.
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
