using System.Security.Cryptography.X509Certificates;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.Client;

/// <summary>
/// The credentials of one client's requests. An <see cref="IOssClient"/> of your own gets them here: then the providers of this library
/// know what they need of the client, and a provider that fails is not asked too often. Thread-safe.
/// </summary>
/// <remarks>
/// Providers of this library learn whether OSS is reached inside its region, since STS is then asked inside it too; the proxy and the
/// certificate authority for STS and https credentials URIs; and the time of OSS. Another provider that fails is asked again after 5
/// seconds, and until then every call fails with the same exception. No setting of the client reaches the metadata service of an instance.
/// </remarks>
public sealed class OssRequestCredentials
{
    private static readonly HashSet<string> RefusingCodes = new(StringComparer.Ordinal)
    {
        "SecurityTokenExpired", "InvalidSecurityToken", "InvalidAccessKeyId", "AccessKeyIdAndSecurityTokenNotMatch",
    };

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly IOssCredentialsProvider _provider;

    // The library's own providers limit by themselves how often they ask again after a failure.
    private readonly bool _isForeign;
    private readonly string _name;
    private readonly ServiceContact? _contact;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private Action<string>? _reportChoice;
    private Failure? _failure;

    // A call of a foreign provider that did not even return a task in time: it blocks its thread. No other call is made until it ends.
    private Task? _blocked;

    /// <summary>Takes the settings of the client, and tells the provider what it needs of them.</summary>
    /// <param name="options">The settings. Later changes to them have no effect.</param>
    /// <exception cref="ArgumentNullException">The settings are null.</exception>
    /// <exception cref="ArgumentException">Settings are wrong; the message has all faults.</exception>
    public OssRequestCredentials(OssClientOptions options)
        : this(options, Read(options))
    {
    }

    /// <param name="options">The settings.</param>
    /// <param name="way">Where requests go, and the root certificates that they trust in addition to the machine's. They belong to this from now on.</param>
    internal OssRequestCredentials(OssClientOptions options, (OssEndpoint Endpoint, X509Certificate2Collection Authorities) way)
    {
        _provider = options.Credentials!;
        _time = options.TimeProvider;
        _timeout = options.RequestTimeout;
        _reportChoice = options.CredentialsChosen;
        _contact = (_provider as IRenewingProvider)?.Contact;
        _isForeign = _contact is null && _provider is not (StaticCredentialsProvider or EnvironmentCredentialsProvider);
        _name = $"The credentials provider {(_provider is NamedCredentialsProvider named ? named : _provider.GetType().FullName)}";
        if (_contact is not null && way.Endpoint.IsInternal)
            _contact.InternalRegion = way.Endpoint.Region;
        if (_contact is not null && options.HttpMessageHandler is null && (options.Proxy is not null || way.Authorities.Count > 0))
            _contact.Http = new CredentialsHttp(options.Proxy, way.Authorities);
    }

    /// <summary>Whether OSS refused the credentials of a request, so that others may work. It has written nothing then.</summary>
    /// <param name="error">The failure of the request.</param>
    public static bool AreRefused(OssException error)
    {
        if (error is null)
            throw new ArgumentNullException(nameof(error));

        return error.IsFromOss && RefusingCodes.Contains(error.Code!);
    }

    /// <summary>Gives the credentials to sign the next request with.</summary>
    /// <param name="rejected">The credentials that OSS has just refused, see <see cref="AreRefused"/>; null in the normal case.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The credentials. The refused ones if there are no others.</returns>
    /// <exception cref="OssCredentialsException">There are none, also if the provider does not answer within <see cref="OssClientOptions.RequestTimeout"/>.</exception>
    public async ValueTask<OssCredentials> GetAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        // Requests of all streams need credentials, several times a second: do not ask a failing provider each time.
        if (Volatile.Read(ref _failure) is { } last && _time.GetElapsedTime(last.At) < PauseAfterFailure)
            throw last.Error;

        try
        {
            var credentials = await (_isForeign ? AskForeignAsync(rejected, cancellationToken) : AskAsync(rejected, cancellationToken)).ConfigureAwait(false);
            Volatile.Write(ref _failure, null);
            if (_reportChoice is not null && _provider is IRenewingProvider { Choice: { } choice })
                Interlocked.Exchange(ref _reportChoice, null)?.Invoke(choice);
            return credentials ?? throw new OssCredentialsException($"{_name} returned null. Nothing was written.");
        }
        catch (Exception exception)
        {
            if (exception is not OssCredentialsException)
                cancellationToken.ThrowIfCancellationRequested();

            var failure = exception as OssCredentialsException ?? OssCredentialsException.Of(_name, exception);
            if (_isForeign)
                Volatile.Write(ref _failure, new Failure(failure, _time.GetTimestamp()));
            throw failure;
        }
    }

    /// <summary>
    /// Tells the provider that OSS has refused renewed credentials too, in their first request. It is asked for others with growing pauses then,
    /// instead of at each refusal.
    /// </summary>
    /// <param name="renewed">The result of <see cref="GetAsync"/> after a refusal.</param>
    public void SetRefusedAtOnce(OssCredentials renewed)
    {
        if (_contact is not null)
            _contact.RefusedAtOnce = renewed;
    }

    /// <summary>Tells the provider the time of OSS, which expirations are compared with. A time that cannot be true is ignored.</summary>
    /// <param name="time">The time of OSS, from an answer that refused this machine's clock.</param>
    public void SetServiceTime(DateTimeOffset time) => _contact?.Clock.Set(time);

    private async Task<OssCredentials> AskAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        var pending = _provider.GetCredentialsAsync(rejected, cancellationToken);
        return pending.IsCompletedSuccessfully ? pending.Result : await InTimeAsync(pending.AsTask(), cancellationToken).ConfigureAwait(false);
    }

    // It may block before it returns a task: on a thread that delivers, that would stop all streams.
    private async Task<OssCredentials> AskForeignAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _blocked) is { IsCompleted: false })
            throw new TimeoutException();

        var call = Task.Run(() => _provider.GetCredentialsAsync(rejected, cancellationToken), CancellationToken.None);
        try
        {
            return await InTimeAsync(AnswerAsync(), cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            Volatile.Write(ref _blocked, call);
            throw;
        }

        async Task<OssCredentials> AnswerAsync() => await (await call.ConfigureAwait(false)).ConfigureAwait(false);
    }

    private Task<OssCredentials> InTimeAsync(Task<OssCredentials> pending, CancellationToken cancellationToken) =>
        pending.Observe().WaitAsync(_timeout, _time, cancellationToken);

    private static (OssEndpoint Endpoint, X509Certificate2Collection Authorities) Read(OssClientOptions options)
    {
        if (options is null)
            throw new ArgumentNullException(nameof(options));

        var faults = new List<string>();
        var endpoint = options.TryCreateEndpoint(faults);
        using var certificates = TlsCertificates.Read(options, faults);
        return faults.Count == 0 && endpoint is not null
            ? (endpoint, certificates.CopyAuthorities())
            : throw new ArgumentException(options.WithoutSecrets(string.Join(" ", faults)), nameof(options));
    }

    private sealed record Failure(OssCredentialsException Error, long At);
}
