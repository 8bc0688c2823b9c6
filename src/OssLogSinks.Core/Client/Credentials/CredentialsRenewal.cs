using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Keeps fetched credentials and renews them in time. One fetch runs at a time; nobody waits for it while valid credentials are held.
/// </summary>
/// <param name="fetch">Fetches credentials. An <see cref="OssCredentialsException"/> is passed on as it is.</param>
/// <param name="settings">Clock, chance and texts.</param>
internal sealed class CredentialsRenewal(Func<CancellationToken, ValueTask<OssCredentials>> fetch, RenewalSettings settings)
{
    private static readonly TimeSpan ShortestMargin = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan FetchLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    // A request that is signed now must arrive before the end.
    private static readonly TimeSpan EndMargin = TimeSpan.FromSeconds(5);

    // With a wrong clock, valid credentials look expired. They must not be fetched again for each request.
    private static readonly TimeSpan ShortestUse = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _time = settings.Time;
    private readonly ServerClock _clock = settings.Contact.Clock;

    // Once per process and provider: processes that started together must not renew together.
    private readonly double _lateness = settings.Chance() / 10;

    // Guarded by _lock.
    private readonly object _lock = new();
    private OssCredentials? _current;
    private long _fetchedAt;

    // When they were first fetched; the same set again does not change it.
    private long _heldSince;
    private Task<OssCredentials>? _fetching;

    // The credentials that were fetched again because the service refused them.
    private OssCredentials? _refetched;
    private OssCredentialsException? _failure;
    private int _failures;
    private bool _wasFresh;
    private long _failedAt;
    private TimeSpan _pause;

    /// <summary>Whether a fetch is on its way; for tests.</summary>
    public bool IsFetching
    {
        get
        {
            lock (_lock)
                return _fetching is not null;
        }
    }

    /// <inheritdoc cref="IOssCredentialsProvider.GetCredentialsAsync"/>
    public ValueTask<OssCredentials> GetAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        Task<OssCredentials> fetching;
        lock (_lock)
        {
            var current = _current;
            var isRejected = current is not null && current.Matches(rejected);
            var isUsable = current is not null && !isRejected && IsValid(current);
            if (isUsable && !IsRenewalDue(current!))
                return new ValueTask<OssCredentials>(current!);

            // The pause after failures does not delay the first fetch for refused credentials, unless they were fetched just now: a service that
            // refuses each new set would cause a fetch for each attempt of each stream.
            var isFresh = _time.GetElapsedTime(_heldSince) < FreshFor || (current is not null && current.Matches(settings.Contact.RefusedAtOnce));
            var isFirstRefusal = isRejected && !isFresh && !ReferenceEquals(_refetched, current);
            if (_fetching is null && IsPausing() && !isFirstRefusal)
            {
                // The service refuses them, and the source has no others: the caller reports the refusal.
                return isUsable || (isRejected && _failure is null)
                    ? new ValueTask<OssCredentials>(current!)
                    : new ValueTask<OssCredentials>(Task.FromException<OssCredentials>(_failure ?? NothingValid()));
            }

            if (isRejected && _fetching is null)
            {
                _refetched = current;
                _wasFresh = isFresh;
                if (isFresh)
                    Pause(failure: null);
            }

            fetching = _fetching ??= StartFetch();
            if (isUsable)
                return new ValueTask<OssCredentials>(current!);
        }

        return new ValueTask<OssCredentials>(fetching.WaitAsync(Timeout.InfiniteTimeSpan, _time, cancellationToken));
    }

    // Several callers may wait for it, so one caller's cancellation must not end it.
    private Task<OssCredentials> StartFetch()
    {
        // Nothing awaits a background renewal. Its failure shows again when the old credentials expire.
        return Task.Run(FetchAsync).Observe();
    }

    private async Task<OssCredentials> FetchAsync()
    {
        // Deliveries wait for it, whichever caller started it.
        using var delivery = DeliveryScope.Enter();
        using var giveUp = new CancellationTokenSource();
        try
        {
            // On another thread, since the function may block before it returns a task.
            var token = giveUp.Token;
            var fetched = await Task.Run(() => fetch(token).AsTask(), CancellationToken.None).Observe().WaitAsync(FetchLimit, _time, CancellationToken.None).ConfigureAwait(false)
                ?? throw new OssCredentialsException($"{settings.Name} returned null. Nothing was written.");
            Keep(fetched);
            return fetched;
        }
        catch (Exception exception)
        {
            var failure = exception as OssCredentialsException ?? OssCredentialsException.Of(settings.Name, exception);
            lock (_lock)
            {
                _failure = failure;
                Pause(failure);
                _fetching = null;
            }

            giveUp.Cancel();
            throw failure;
        }
    }

    private void Keep(OssCredentials fetched)
    {
        lock (_lock)
        {
            // The same set again, which the service refused or which ends no later, is no renewal. The source may be behind.
            var isSame = fetched.Matches(_current) && (ReferenceEquals(_refetched, _current) || (fetched.Expiration is not null && fetched.Expiration <= _current!.Expiration));
            if (isSame)
                _refetched = ReferenceEquals(_refetched, _current) ? fetched : null;

            _failure = null;
            _current = fetched;
            _fetchedAt = _time.GetTimestamp();
            if (isSame)
            {
                Pause(failure: null);
            }
            else
            {
                _heldSince = _fetchedAt;
                _failures = _wasFresh ? _failures : 0;
                _wasFresh = false;
            }

            _fetching = null;
        }
    }

    private void Pause(OssCredentialsException? failure)
    {
        var ticks = Math.Min(FirstPause.Ticks * Math.Pow(2, Math.Min(_failures, 30)), LongestPause.Ticks);
        _failures++;
        _failedAt = _time.GetTimestamp();

        // Only an operator can repair it, so asking often has no use.
        if (failure is { Outlook: FetchOutlook.Lasting })
            ticks = LongestPause.Ticks;

        _pause = new TimeSpan((long)(ticks * (0.8 + (0.4 * settings.Chance()))));
        if (failure?.RetryAfter is { } asked && asked > _pause)
            _pause = asked < LongestPause ? asked : LongestPause;
    }

    private bool IsPausing() => _failures > 0 && _time.GetElapsedTime(_failedAt) < _pause;

    private bool IsValid(OssCredentials credentials) =>
        credentials.Expiration is not { } end || Elapsed < ShortestUse || _clock.GetUtcNow() < Earlier(end, EndMargin);

    private bool IsRenewalDue(OssCredentials credentials)
    {
        if (credentials.Expiration is not { } end)
            return settings.KeepFor is { } longest && Elapsed >= longest;

        // Computed at each call: the clock may have been corrected since the fetch.
        if (Elapsed < ShortestUse)
            return false;

        var now = _clock.GetUtcNow();
        var lifetime = (end - now).Ticks + _time.GetElapsedTime(_heldSince).Ticks;
        var margin = Math.Min(Math.Max(ShortestMargin.Ticks, lifetime / 5), lifetime / 2);
        return now >= Earlier(end, new TimeSpan((long)(Math.Max(margin, 0) * (1 - _lateness))));
    }

    private TimeSpan Elapsed => _time.GetElapsedTime(_fetchedAt);

    private OssCredentialsException NothingValid() =>
        new($"{settings.Name} gave credentials that have expired. Nothing was written.");

    // At least the first time that DateTimeOffset can hold.
    private static DateTimeOffset Earlier(DateTimeOffset time, TimeSpan by) => time - DateTimeOffset.MinValue < by ? DateTimeOffset.MinValue : time - by;
}

/// <summary>What the renewal of credentials depends on.</summary>
/// <param name="Name">What fetches, as the beginning of a sentence.</param>
/// <param name="Time">Measures pauses and ages.</param>
/// <param name="Contact">What the client has learned from the service.</param>
internal sealed record RenewalSettings(string Name, TimeProvider Time, ServiceContact Contact)
{
    /// <summary>How long credentials without an expiration are kept before they are fetched again; null for until they are refused.</summary>
    public TimeSpan? KeepFor { get; init; }

    /// <summary>Gives numbers from 0 up to but not 1.</summary>
    public Func<double> Chance { get; init; } = Retry.Chance.Next;
}

/// <summary>Whether a failed fetch may work soon.</summary>
internal enum FetchOutlook
{
    /// <summary>It may pass by itself.</summary>
    Passing,

    /// <summary>An operator has to repair something.</summary>
    Lasting,

    /// <summary>The source is not set up here.</summary>
    NotSetUp,
}
