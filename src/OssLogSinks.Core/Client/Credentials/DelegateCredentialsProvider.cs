using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Gives the credentials that a function fetches, from STS or a vault for instance, and keeps them until shortly before they expire.
/// </summary>
/// <remarks>
/// Renewal begins in the background when less than 5 minutes or a fifth of the lifetime remain, whichever is more, but never before
/// half of it is over. One fetch runs at a time, whoever asks. If it fails, the old credentials serve until they truly expire and
/// the next try waits 30 seconds; where none serve, everybody who asks within 5 seconds is told of the same failure. Credentials without expiration are kept until the service refuses them. Whatever is fetched serves for
/// 30 seconds, unless the service refuses it: a clock that is wrong makes valid credentials look expired, and must not cause a fetch for
/// each request.
/// </remarks>
public sealed class DelegateCredentialsProvider : IOssCredentialsProvider
{
    private static readonly TimeSpan ShortestMargin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FetchLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseWithoutAny = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestUse = TimeSpan.FromSeconds(30);

    private readonly Func<CancellationToken, ValueTask<OssCredentials>> _fetch;
    private readonly TimeProvider _time;

    // All below belong to the lock.
    private readonly object _lock = new();
    private OssCredentials? _current;
    private DateTimeOffset _usableUntil;
    private DateTimeOffset _renewAt;
    private Task<OssCredentials>? _fetching;
    private OssCredentialsException? _failure;
    private long _failedAt;

    /// <summary>Takes the function that fetches.</summary>
    /// <param name="fetch">Fetches credentials; is given up after one minute. What it throws becomes the cause of an <see cref="OssCredentialsException"/>, whose message names its type only; the message of an <see cref="OssCredentialsException"/> is reported as it is.</param>
    /// <param name="timeProvider">The clock that expiration is compared with. Default: the system's.</param>
    public DelegateCredentialsProvider(Func<CancellationToken, ValueTask<OssCredentials>> fetch, TimeProvider? timeProvider = null)
    {
        _fetch = fetch ?? throw new ArgumentNullException(nameof(fetch));
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc />
    /// <exception cref="OssCredentialsException">Nothing valid is held and the fetch failed.</exception>
    public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        Task<OssCredentials> fetching;
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var current = _current;
            var isUsable = current is not null && now < _usableUntil && !current.Matches(rejected);
            if (isUsable && now < _renewAt)
                return new ValueTask<OssCredentials>(current!);

            // Streams and their retries ask several times a second.
            if (!isUsable && _fetching is null && _failure is { } failure && _time.GetElapsedTime(_failedAt) < PauseWithoutAny)
                return new ValueTask<OssCredentials>(Task.FromException<OssCredentials>(failure));

            fetching = _fetching ??= StartFetch();
            if (isUsable)
                return new ValueTask<OssCredentials>(current!);
        }

        return new ValueTask<OssCredentials>(fetching.WaitAsync(Timeout.InfiniteTimeSpan, _time, cancellationToken));
    }

    // Runs apart from whoever asked first: that caller's cancellation is not the others'.
    private Task<OssCredentials> StartFetch()
    {
        var fetching = Task.Run(FetchAsync);

        // A background renewal's failure has no listener; it shows again when the old credentials end.
        _ = fetching.ContinueWith(
            static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return fetching;
    }

    private async Task<OssCredentials> FetchAsync()
    {
        // Deliveries wait for this, whoever began it.
        using var delivery = DeliveryScope.Enter();
        using var giveUp = new CancellationTokenSource();
        try
        {
            var fetched = await _fetch(giveUp.Token).AsTask().WaitAsync(FetchLimit, _time, CancellationToken.None).ConfigureAwait(false)
                ?? throw new OssCredentialsException("The function that fetches credentials gave none. Nothing was written.");
            Keep(fetched);
            return fetched;
        }
        catch (Exception exception)
        {
            var failure = exception as OssCredentialsException ?? OssCredentialsException.Of("The function that fetches credentials", exception);
            Postpone(failure);
            giveUp.Cancel();
            throw failure;
        }
    }

    private void Keep(OssCredentials fetched)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var shortest = Later(now, ShortestUse);
            _current = fetched;
            _failure = null;
            _usableUntil = fetched.Expiration is null || fetched.Expiration > shortest ? fetched.Expiration ?? DateTimeOffset.MaxValue : shortest;
            _renewAt = RenewalTime(now, _usableUntil);
            _fetching = null;
        }
    }

    private void Postpone(OssCredentialsException failure)
    {
        lock (_lock)
        {
            _failure = failure;
            _failedAt = _time.GetTimestamp();
            _renewAt = Later(_time.GetUtcNow(), PauseAfterFailure);
            _fetching = null;
        }
    }

    private static DateTimeOffset RenewalTime(DateTimeOffset now, DateTimeOffset end)
    {
        if (end == DateTimeOffset.MaxValue)
            return end;

        var lifetime = (end - now).Ticks;
        var margin = Math.Min(Math.Max(ShortestMargin.Ticks, lifetime / 5), lifetime / 2);
        return end.AddTicks(-margin);
    }

    // No later than the calendar goes.
    private static DateTimeOffset Later(DateTimeOffset time, TimeSpan by) => DateTimeOffset.MaxValue - time < by ? DateTimeOffset.MaxValue : time + by;
}
