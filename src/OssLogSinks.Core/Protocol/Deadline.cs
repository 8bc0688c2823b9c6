namespace OssLogSinks.Core.Protocol;

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
    public Exception Explain(Exception exception, string operation)
    {
        if (_caller.IsCancellationRequested)
        {
            return new OperationCanceledException("The request was cancelled.", exception, _caller);
        }

        return exception is OperationCanceledException || _source.IsCancellationRequested
            ? new OssException($"{operation} got no answer in time; what it did is unknown.", exception)
            : new OssException($"{operation} got no usable answer; what it did is unknown.", exception);
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
