using NLog.Common;
using OssLogSinks.Core;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Calls the events' continuations in the order of their outcomes, on a thread that neither delivery nor a close waits for: a continuation
/// may log to another target, sleep (RetryingWrapper), or wait for the lock that a closing target holds. If too many wait, the threads that add
/// outcomes help, and at a close the closing thread calls the rest.
/// </summary>
internal sealed class ContinuationQueue : IDeliveryListener
{
    // Above this number the adding thread also calls continuations, so that slow continuations slow delivery down instead of filling memory.
    private const int MostWaiting = 100_000;

    private readonly Action<OssDiagnosticEvent> _report;
    private readonly object _gate = new();
    private readonly TaskCompletionSource<bool> _hasStopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private readonly Queue<Outcome> _outcomes = new();
    private int _waiting;
    private bool _isRunning;
    private bool _isClosing;
    private bool _isClosed;

    public ContinuationQueue(Action<OssDiagnosticEvent> report) => _report = report;

    public void OnDelivered(IReadOnlyList<object> states) => Add([.. states], null);

    public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure) => Add([.. states], failure);

    /// <summary>The appender of the events. Continuations run in its delivery scope, except for the application's lost events.</summary>
    public OssAppender? Appender { get; set; }

    /// <summary>Queues an event's continuation.</summary>
    /// <param name="state">The result of <see cref="StateOf"/> for the continuation.</param>
    /// <param name="failure">Why the event was dropped; null if it was not.</param>
    public void Add(object state, Exception? failure) => Add([state], failure);

    /// <summary>The state of an event's record: its continuation, wrapped if delivery itself has logged the event.</summary>
    /// <param name="continuation">The continuation.</param>
    /// <param name="isFromDelivery">Whether delivery itself has logged the event.</param>
    public static object StateOf(AsyncContinuation continuation, bool isFromDelivery) =>
        isFromDelivery ? new ContinuationOfDelivery(continuation) : continuation;

    /// <summary>
    /// Queues a flush's continuation. It runs on its own thread, because the application may then flush again or shut down, and both wait for
    /// this queue. What it logs does not count as delivery.
    /// </summary>
    public void AddFlush(AsyncContinuation continuation, Exception? failure) =>
        Add((AsyncContinuation)(result => CallFlush(continuation, result)), failure);

    /// <summary>Calls a flush's continuation now, on its own thread.</summary>
    public void CallFlush(AsyncContinuation continuation, Exception? failure)
    {
        // The continuation must not inherit the delivery scope of this thread.
        AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        _ = BoundedWait.RunAsync(() =>
        {
            Call(continuation, failure);
            return true;
        });
        flow?.Undo();
    }

    /// <summary>Starts no more continuations in the background.</summary>
    /// <returns>A task that completes when the running continuation has returned. That one may be waiting for the thread that closes.</returns>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _isClosing = true;
            if (!_isRunning)
                _hasStopped.TrySetResult(true);
        }

        return _hasStopped.Task;
    }

    /// <summary>Calls the remaining continuations on this thread, which may hold the lock that other threads would wait for.</summary>
    public void CallRest() => Run(isClosing: true);

    private void Add(object[] continuations, Exception? failure)
    {
        bool isLate, mustStart, mustHelp;
        lock (_gate)
        {
            isLate = _isClosed;
            _outcomes.Enqueue(new Outcome(continuations, failure));
            _waiting += continuations.Length;
            mustStart = !_isRunning && !_isClosing;
            mustHelp = _waiting > MostWaiting && !_isClosing;
            _isRunning |= mustStart;
        }

        if (mustStart)
            ThreadPool.UnsafeQueueUserWorkItem(static queue => ((ContinuationQueue)queue!).Run(isClosing: false), this);
        if (mustHelp)
            Help();
        if (isLate)
            Run(isClosing: true);
    }

    private void Run(bool isClosing) => CallAll(isClosing, downTo: 0);

    private void Help() => CallAll(isClosing: false, downTo: MostWaiting);

    private void CallAll(bool isClosing, int downTo)
    {
        var isRescue = false;
        var scope = Enter(isRescue);
        while (TryTake(isClosing, downTo, out var state, out var failure))
        {
            // Events logged because of a loss, by a RetryingWrapper for instance, count as the application's: each loss causes at most one append.
            // Events logged because of a success, or because delivery's own event was lost, count as delivery: each would cause the next append.
            if ((failure is not null && state is AsyncContinuation) != isRescue)
            {
                scope.Dispose();
                isRescue = !isRescue;
                scope = Enter(isRescue);
            }

            Call(state as AsyncContinuation ?? ((ContinuationOfDelivery)state).Continuation, failure);
        }

        scope.Dispose();
    }

    private DeliveryScope Enter(bool isRescue) =>
        isRescue ? DeliveryScope.EnterForDrops() : Appender?.EnterDelivery() ?? DeliveryScope.Enter();

    private bool TryTake(bool isClosing, int downTo, out object state, out Exception? failure)
    {
        lock (_gate)
        {
            if (_isClosing != isClosing || _waiting <= downTo)
            {
                Leave(isClosing, isHelping: downTo > 0);
                (state, failure) = (this, null);
                return false;
            }

            var outcome = _outcomes.Peek();
            state = outcome.Continuations[outcome.Next++];
            failure = outcome.Failure;
            if (outcome.Next == outcome.Continuations.Length)
                _outcomes.Dequeue();

            _waiting--;
            return true;
        }
    }

    private void Leave(bool isClosing, bool isHelping)
    {
        _isClosed |= isClosing;
        if (isClosing || isHelping)
            return;

        _isRunning = false;
        if (_isClosing)
            _hasStopped.TrySetResult(true);
    }

    private void Call(AsyncContinuation continuation, Exception? failure)
    {
        try
        {
            continuation(failure);
        }
        catch (Exception e)
        {
            _report(new OssDiagnosticEvent(OssDiagnosticLevel.Error, $"An event's continuation threw {e.GetType()}.", HelpSections.ListenerFailed));
        }
    }

    private sealed record ContinuationOfDelivery(AsyncContinuation Continuation);

    private sealed class Outcome(object[] continuations, Exception? failure)
    {
        public object[] Continuations { get; } = continuations;

        public Exception? Failure { get; } = failure;

        public int Next { get; set; }
    }
}
