using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Fetches credentials with a function, from STS or a vault for instance, and keeps them until shortly before they expire.
/// </summary>
/// <remarks>
/// Renewal begins in the background when less than 5 minutes or a fifth of the lifetime remain, whichever is more, but not before half of
/// it is over. Only one fetch runs at a time. If it fails, the old credentials are used until they expire, and the next fetch waits 30
/// seconds; without usable credentials, requests within the next 5 seconds fail with the same exception. Credentials without expiration
/// are kept until the service refuses them. Fetched credentials are used for at least 30 seconds unless the service refuses them: with a
/// wrong clock, valid credentials look expired, and must not be fetched again for each request.
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

    // Guarded by _lock.
    private readonly object _lock = new();
    private OssCredentials? _current;
    private DateTimeOffset _usableUntil;
    private DateTimeOffset _renewAt;
    private Task<OssCredentials>? _fetching;
    private OssCredentialsException? _failure;
    private long _failedAt;

    /// <summary>Takes the function that fetches.</summary>
    /// <param name="fetch">
    /// Fetches credentials, within one minute. Its exception becomes the cause of an <see cref="OssCredentialsException"/>, whose message
    /// names the exception's type only. If it throws an <see cref="OssCredentialsException"/>, that message is reported as it is.
    /// </param>
    /// <param name="timeProvider">The clock that expiration is compared with. Default: the system's.</param>
    /// <exception cref="ArgumentNullException">The function is null.</exception>
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

            // Streams and their retries ask several times a second: do not fetch each time.
            if (!isUsable && _fetching is null && _failure is { } failure && _time.GetElapsedTime(_failedAt) < PauseWithoutAny)
                return new ValueTask<OssCredentials>(Task.FromException<OssCredentials>(failure));

            fetching = _fetching ??= StartFetch();
            if (isUsable)
                return new ValueTask<OssCredentials>(current!);
        }

        return new ValueTask<OssCredentials>(fetching.WaitAsync(Timeout.InfiniteTimeSpan, _time, cancellationToken));
    }

    // Several callers may wait for it, so one caller's cancellation must not end it.
    private Task<OssCredentials> StartFetch()
    {
        var fetching = Task.Run(FetchAsync);

        // Nothing awaits a background renewal. Its failure shows again when the old credentials expire.
        _ = fetching.ContinueWith(
            static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return fetching;
    }

    private async Task<OssCredentials> FetchAsync()
    {
        // Deliveries wait for it, whichever caller started it.
        using var delivery = DeliveryScope.Enter();
        using var giveUp = new CancellationTokenSource();
        try
        {
            var fetched = await _fetch(giveUp.Token).AsTask().WaitAsync(FetchLimit, _time, CancellationToken.None).ConfigureAwait(false)
                ?? throw new OssCredentialsException("The function that fetches credentials returned null. Nothing was written.");
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

    // At most the last time that DateTimeOffset can hold.
    private static DateTimeOffset Later(DateTimeOffset time, TimeSpan by) => DateTimeOffset.MaxValue - time < by ? DateTimeOffset.MaxValue : time + by;
}
