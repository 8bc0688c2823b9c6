using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Client;

/// <summary>A token that is cancelled by its caller or when the time is over, and knows which of the two it was.</summary>
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

    public CancellationToken Token => _source.Token;

    /// <summary>The exception for the caller of a failed request: its own cancellation, no answer in time, or the failure explained.</summary>
    public Exception Explain(Exception exception, string operation, TransportFailures failures)
    {
        if (_caller.IsCancellationRequested)
            return new OperationCanceledException("The request was cancelled.", exception, _caller);

        // A connection that took too long also ends in a cancellation, which .NET starts itself, with a TimeoutException inside.
        return _source.IsCancellationRequested || exception is OperationCanceledException { InnerException: not TimeoutException }
            ? failures.NoAnswerInTime(operation, exception)
            : failures.Explain(operation, exception);
    }

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
