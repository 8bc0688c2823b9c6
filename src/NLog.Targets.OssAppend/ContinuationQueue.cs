using NLog.Common;
using OssLogSinks.Core;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Calls the events' continuations, in the order of their outcomes, on no thread that delivery or a close waits for: a
/// continuation may log to another target, sleep (RetryingWrapper), or wait for the lock that a closing target holds.
/// </summary>
internal sealed class ContinuationQueue : IDeliveryListener
{
    // Beyond this, the adding thread calls continuations too, so that slow continuations slow delivery down instead of filling memory.
    private const int MostWaiting = 100_000;

    private readonly InternalLoggerDiagnostics _diagnostics;
    private readonly object _gate = new();
    private readonly TaskCompletionSource<bool> _hasStopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private readonly Queue<Outcome> _outcomes = new();
    private int _waiting;
    private bool _isRunning;
    private bool _isClosing;
    private bool _isClosed;

    public ContinuationQueue(InternalLoggerDiagnostics diagnostics) => _diagnostics = diagnostics;

    public void OnDelivered(IReadOnlyList<object> states) => Add([.. states], null);

    public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure) => Add([.. states], failure);

    /// <summary>Whose events they are: what a continuation logs there, it logs as part of the delivery.</summary>
    public OssAppender? Appender { get; set; }

    /// <summary>Lets an event's continuation be called after all those before it.</summary>
    /// <param name="state">What <see cref="StateOf"/> has made of the continuation.</param>
    /// <param name="failure">Why the event was given up; null if it was not.</param>
    public void Add(object state, Exception? failure) => Add([state], failure);

    /// <summary>What stands for an event's continuation until its turn comes.</summary>
    /// <param name="continuation">The continuation.</param>
    /// <param name="isFromDelivery">Whether delivery itself has logged the event.</param>
    public static object StateOf(AsyncContinuation continuation, bool isFromDelivery) =>
        isFromDelivery ? new ContinuationOfDelivery(continuation) : continuation;

    /// <summary>
    /// Lets a flush's continuation be called after all those before it, on a thread of its own: what an application does
    /// when a flush is over, flush once more or shut down, waits for this queue. That is the application again, and no delivery.
    /// </summary>
    public void AddFlush(AsyncContinuation continuation, Exception? failure) =>
        Add((AsyncContinuation)(result => CallFlush(continuation, result)), failure);

    /// <summary>Calls a flush's continuation now, on a thread of its own.</summary>
    public void CallFlush(AsyncContinuation continuation, Exception? failure)
    {
        // It is not part of the delivery that runs here.
        AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        _ = BoundedWait.RunAsync(() =>
        {
            Call(continuation, failure);
            return true;
        });
        flow?.Undo();
    }

    /// <summary>Starts no more continuations in the background.</summary>
    /// <returns>A task that ends when the one that is being called has returned; it may be waiting for the very thread that closes.</returns>
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

    /// <summary>Calls what is left on this thread, which holds the lock that the others would wait for.</summary>
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
            // What is written because of a loss, by a RetryingWrapper for instance, is the application's: one append for each loss at
            // most. What is written because of a success, or of a loss of delivery's own, would cause the next.
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
            _diagnostics.ContinuationThrew(e);
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
