using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Intake;

/// <summary>An intake that another one can replace while events are logged, without losing any. Any thread may call any member.</summary>
internal sealed class ReplaceableIntake<TEvent>
{
    private readonly object _replacing = new();

    // Guarded by _replacing.
    private readonly List<Task> _closes = [];
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

    /// <summary>Begins another intake, and closes the present one, which delivers what it has taken. Does nothing after the close.</summary>
    public void Replace(Func<RunningIntake<TEvent>> begin)
    {
        lock (_replacing)
        {
            if (_isClosed)
                return;

            var former = _current;
            _current = begin();
            _closes.RemoveAll(close => close.IsCompleted);
            _closes.Add(former.CloseAsync(isReplaced: true));
        }
    }

    /// <summary>Closes the intake, and waits for those that were replaced; each has its own close timeout.</summary>
    public Task CloseAsync()
    {
        lock (_replacing)
        {
            _isClosed = true;
            return Task.WhenAll([.. _closes, _current.CloseAsync(isReplaced: false)]);
        }
    }
}

/// <summary>An intake from its start to its close.</summary>
/// <param name="intake">The intake.</param>
/// <param name="drainsAtExit">Whether the end of the process waits for it.</param>
/// <param name="report">Reports what went wrong with the close itself.</param>
internal sealed class RunningIntake<TEvent>(EventIntake<TEvent> intake, bool drainsAtExit, Action<string> report)
{
    private readonly IDisposable? _drainAtEnd = drainsAtExit ? ProcessExitDrain.Register(intake) : null;

    public EventIntake<TEvent> Intake => intake;

    /// <summary>Delivers waiting events within the close timeout, and drops the rest.</summary>
    /// <param name="isReplaced">Whether calls that are within are not cut off.</param>
    public async Task CloseAsync(bool isReplaced)
    {
        var closing = isReplaced ? intake.CloseAfterCallsAsync(intake.CloseTimeout) : intake.CloseAsync(intake.CloseTimeout);
        if (await closing.ConfigureAwait(false) is { } problem)
            report(problem);
        _drainAtEnd?.Dispose();
    }
}
