namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Fetches credentials with a function, from STS or a vault for instance, and keeps them until shortly before they expire.
/// </summary>
/// <remarks>
/// Renewal begins in the background when less than 15 minutes or a fifth of the lifetime remain, whichever is more, but not before half of
/// it is over; up to a tenth of that time later, by chance, so that processes that started together do not renew together. Only one fetch
/// runs at a time. If it fails, the old credentials are used until 5 seconds before they expire, and the next fetch waits 1 second, then 2,
/// up to 60, give or take a fifth; without valid credentials, requests within such a pause fail with the same exception. Credentials without
/// expiration are kept until the service refuses them. Refused credentials are fetched again at once, one time. Fetched credentials are used
/// for at least 30 seconds unless the service refuses them: with a wrong clock, valid credentials look expired, and must not be fetched
/// again for each request. Expirations are compared with the clock of OSS as soon as OSS has refused this machine's clock.
/// </remarks>
public sealed class DelegateCredentialsProvider : IRenewingProvider
{
    private readonly CredentialsRenewal _renewal;
    private readonly ServiceContact _contact;

    /// <summary>Takes the function that fetches.</summary>
    /// <param name="fetch">
    /// Fetches credentials, within one minute. Its exception becomes the cause of an <see cref="OssCredentialsException"/>, whose message
    /// names the exception's type only. If it throws an <see cref="OssCredentialsException"/>, that message is reported as it is.
    /// </param>
    /// <param name="timeProvider">The clock that expiration is compared with. Default: the system's.</param>
    /// <exception cref="ArgumentNullException">The function is null.</exception>
    public DelegateCredentialsProvider(Func<CancellationToken, ValueTask<OssCredentials>> fetch, TimeProvider? timeProvider = null)
    {
        if (fetch is null)
            throw new ArgumentNullException(nameof(fetch));

        var time = timeProvider ?? TimeProvider.System;
        _contact = new ServiceContact(time);
        _renewal = new CredentialsRenewal(fetch, new RenewalSettings("The function that fetches credentials", time, _contact));
    }

    ServiceContact IRenewingProvider.Contact => _contact;

    string? IRenewingProvider.Choice => null;

    /// <inheritdoc cref="CredentialsRenewal.IsFetching"/>
    internal bool IsFetching => _renewal.IsFetching;

    /// <inheritdoc />
    /// <exception cref="OssCredentialsException">Nothing valid is held and the fetch failed.</exception>
    public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) =>
        _renewal.GetAsync(rejected, cancellationToken);
}
