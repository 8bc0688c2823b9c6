namespace OssLogSinks.Core.Client;

/// <summary>A token that ends with its caller's or when the time is over, and knows which of the two it was.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _caller;
    private readonly ITimer _timer;

    public Deadline(TimeSpan timeout, TimeProvider timeProvider, CancellationToken caller)
    {
        _caller = caller;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _timer = timeProvider.CreateTimer(static state => Expire((CancellationTokenSource)state!), _source, timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends with whichever comes first.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>
    /// Turns what broke off a request into what its caller is to see: the caller's own cancellation, or an unanswered request.
    /// </summary>
    public Exception Explain(Exception exception, string operation, TransportFailures failures)
    {
        if (_caller.IsCancellationRequested)
            return new OperationCanceledException("The request was cancelled.", exception, _caller);

        // A connection that took too long ends in a cancellation too, of the platform's own, with a TimeoutException inside.
        return _source.IsCancellationRequested || exception is OperationCanceledException { InnerException: not TimeoutException }
            ? failures.NoAnswerInTime(operation, exception)
            : failures.Explain(operation, exception);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private static void Expire(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request ended while the timer was firing.
        }
    }
}
