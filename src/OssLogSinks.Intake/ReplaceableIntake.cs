using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Intake;

/// <summary>An intake that another one can replace while events are logged, without losing any. Any thread may call any member.</summary>
internal sealed class ReplaceableIntake<TEvent>
{
    // The most former intakes that may take long to deliver. Each has memory of its own.
    private const int MostFormer = 3;

    private readonly object _replacing = new();

    // Guarded by _replacing; the oldest first.
    private readonly List<(RunningIntake<TEvent> Intake, Task Close)> _former = [];
    private bool _isClosed;

    // Written under _replacing. An intake is closed only after the next one has taken its place.
    private volatile RunningIntake<TEvent> _current;

    public ReplaceableIntake(RunningIntake<TEvent> first) => _current = first;

    /// <summary>The intake that takes events now.</summary>
    public EventIntake<TEvent> Current => _current.Intake;

    /// <summary>Takes an event on the thread that logs it; after the close, drops it.</summary>
    public void Take(TEvent logEvent)
    {
        var running = _current;
        while (!running.Intake.TryTake(logEvent))
        {
            var next = _current;
            if (next == running)
            {
                running.Intake.DropAtCall(logEvent, DropCause.Closed);
                return;
            }

            running = next;
        }
    }

    /// <summary>
    /// Begins another intake, and closes the present one when it has delivered what it has taken, however long OSS is down. If there are more than
    /// three former ones then, the oldest is closed with its close timeout. Does nothing after the close.
    /// </summary>
    public void Replace(Func<RunningIntake<TEvent>> begin)
    {
        lock (_replacing)
        {
            if (_isClosed)
                return;

            var former = _current;
            _current = begin();
            _former.RemoveAll(other => other.Close.IsCompleted);
            _former.Add((former, former.RetireAsync()));
            if (_former.Count > MostFormer)
                _former[_former.Count - MostFormer - 1].Intake.EndRetirement();
        }
    }

    /// <summary>
    /// As <see cref="EventIntake{TEvent}.FlushAsync(OssFlushTarget, CancellationToken)"/>, of the present intake and of those that were replaced.
    /// </summary>
    public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken)
    {
        List<EventIntake<TEvent>> intakes;
        lock (_replacing)
            intakes = [.. _former.Where(former => !former.Close.IsCompleted).Select(former => former.Intake.Intake), Current];
        var flushes = await Task.WhenAll(intakes.Select(intake => intake.FlushAsync(target, cancellationToken))).ConfigureAwait(false);
        return flushes.All(isDelivered => isDelivered);
    }

    /// <summary>Closes the intake, and waits for those that were replaced; each has its own close timeout.</summary>
    public Task CloseAsync()
    {
        lock (_replacing)
        {
            _isClosed = true;
            foreach (var (former, _) in _former)
                former.EndRetirement();
            return Task.WhenAll([.. _former.Select(former => former.Close), _current.CloseAsync()]);
        }
    }
}

/// <summary>An intake from its start to its close.</summary>
/// <param name="intake">The intake.</param>
/// <param name="drainsAtExit">Whether the end of the process waits for it.</param>
internal sealed class RunningIntake<TEvent>(EventIntake<TEvent> intake, bool drainsAtExit)
{
    private readonly IDisposable _monitored = OssAppendMonitors.Add(intake);
    private readonly TaskCompletionSource<bool> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDisposable? _drainAtEnd = drainsAtExit ? ProcessExitDrain.Register(intake) : null;

    public EventIntake<TEvent> Intake => intake;

    /// <summary>Takes no more events, delivers what it has, and closes.</summary>
    public async Task RetireAsync()
    {
        await Task.WhenAny(intake.StopTakingAsync(), _ending.Task).ConfigureAwait(false);
        await Task.WhenAny(intake.FlushAsync(OssFlushTarget.Oss, CancellationToken.None), _ending.Task).ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Lets the intake close now, with its close timeout to deliver the rest.</summary>
    public void EndRetirement() => _ending.TrySetResult(true);

    /// <summary>Delivers waiting events within the close timeout, and drops the rest, except what is in the buffer on disk.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await intake.CloseAsync(intake.CloseTimeout).ConfigureAwait(false);
        }
        finally
        {
            _drainAtEnd?.Dispose();
            _monitored.Dispose();
        }
    }
}
