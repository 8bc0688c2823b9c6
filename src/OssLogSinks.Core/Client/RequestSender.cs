using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Client.Signing;

namespace OssLogSinks.Core.Client;

/// <summary>
/// Takes a request to its answer. Repeats it only where an answer of OSS itself proves that nothing was done: once after setting the
/// clock by the service's, once with other credentials after the service refused the first. Everything else is the caller's decision.
/// </summary>
internal sealed class RequestSender : IDisposable
{
    private static readonly HashSet<string> RefusedCredentials = new(StringComparer.Ordinal)
    {
        "SecurityTokenExpired", "InvalidSecurityToken", "InvalidAccessKeyId", "AccessKeyIdAndSecurityTokenNotMatch",
    };

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly OssEndpoint _endpoint;
    private readonly IOssSigner _signer;
    private readonly IOssCredentialsProvider _credentials;

    // The library's own look after themselves.
    private readonly bool _isForeignProvider;
    private readonly HttpTransport _transport;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly ServerClock _clock;
    private ProviderFailure? _failure;

    public RequestSender(OssClientOptions options, OssEndpoint endpoint)
    {
        _endpoint = endpoint;
        _signer = options.SignatureVersion == OssSignatureVersion.V1 ? new OssV1Signer() : new OssV4Signer(endpoint.Region);
        _credentials = options.Credentials!;
        _isForeignProvider = _credentials is not (DelegateCredentialsProvider or StaticCredentialsProvider or EnvironmentCredentialsProvider);
        _transport = new HttpTransport(options, endpoint.Origin);
        _time = options.TimeProvider;
        _timeout = options.RequestTimeout;
        _clock = new ServerClock(options.TimeProvider);
    }

    /// <summary>Explains what breaks requests off.</summary>
    public TransportFailures Failures => _transport.Failures;

    /// <summary>Limits one step, the same way as an attempt.</summary>
    public Deadline StartDeadline(CancellationToken cancellationToken) => new(_timeout, _time, cancellationToken);

    /// <summary>Sends a request and reads its successful answer.</summary>
    /// <param name="request">What to send.</param>
    /// <param name="read">Reads the answer within the attempt's time. Owns the answer, also when it throws.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<T> SendAsync<T>(
        OssRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var credentials = await GetCredentialsAsync(rejected: null, cancellationToken).ConfigureAwait(false);
        var isClockSet = false;
        var areCredentialsRenewed = false;
        while (true)
        {
            var (result, refusal) = await AttemptAsync(request, credentials, read, cancellationToken).ConfigureAwait(false);
            if (refusal is null)
                return result!;

            if (refusal.ServerTime is not null && !isClockSet)
            {
                isClockSet = true;
                credentials = await GetCredentialsAsync(rejected: null, cancellationToken).ConfigureAwait(false);
            }
            else if (refusal.Exception.IsFromOss && RefusedCredentials.Contains(refusal.Exception.Code!) && !areCredentialsRenewed)
            {
                areCredentialsRenewed = true;
                var renewed = await GetCredentialsAsync(credentials, cancellationToken).ConfigureAwait(false);
                if (renewed.Matches(credentials))
                    throw refusal.Exception;

                credentials = renewed;
            }
            else
            {
                throw refusal.Exception;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _transport.Dispose();

    private async Task<(T? Result, ServiceRefusal? Refusal)> AttemptAsync<T>(
        OssRequest request, OssCredentials credentials, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken caller)
    {
        caller.ThrowIfCancellationRequested();
        using var message = request.Sign(_endpoint, _signer, credentials, _clock.GetUtcNow());
        using var deadline = StartDeadline(caller);
        try
        {
            var response = await _transport.SendAsync(message, deadline.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return (await ReadAsync(request.Operation, response, read, deadline.Token).ConfigureAwait(false), null);

            using (response)
            {
                var refusal = await ServiceRefusal.ReadAsync(new SentContent(request, message, credentials), response, Failures, deadline.Token).ConfigureAwait(false);
                if (refusal.ServerTime is { } serverTime)
                    _clock.Set(serverTime);

                return (default, refusal);
            }
        }
        catch (Exception exception) when (exception is not (OssException or ObjectDisposedException))
        {
            // Whatever the platform makes of an answer that it cannot read, it is no answer.
            throw deadline.Explain(exception, request.Operation, Failures);
        }
    }

    private static Task<T> ReadAsync<T>(
        string operation, HttpResponseMessage response, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            AnswerHeads.RequireRequestId(operation, response);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        return read(response, cancellationToken);
    }

    private async ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        // Streams and their retries ask several times a second.
        if (Volatile.Read(ref _failure) is { } last && _time.GetElapsedTime(last.At) < PauseAfterFailure)
            throw last.Error;

        try
        {
            var pending = _credentials.GetCredentialsAsync(rejected, cancellationToken);
            var credentials = pending.IsCompletedSuccessfully
                ? pending.Result
                : await pending.AsTask().WaitAsync(_timeout, _time, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _failure, null);
            return credentials ?? throw new OssCredentialsException("The credentials provider gave none. Nothing was written.");
        }
        catch (Exception exception)
        {
            if (exception is not OssCredentialsException)
                cancellationToken.ThrowIfCancellationRequested();

            var failure = exception as OssCredentialsException ?? OssCredentialsException.Of("The credentials provider", exception);
            if (_isForeignProvider)
                Volatile.Write(ref _failure, new ProviderFailure(failure, _time.GetTimestamp()));
            throw failure;
        }
    }

    private sealed record ProviderFailure(OssCredentialsException Error, long At);
}

/// <summary>
/// The service's time as far as it is known: the local clock plus an offset, which is always taken against the local clock itself and
/// never against a time that already holds an offset (the Go SDK does the latter and swings). Only times that can be true are believed,
/// and the last one that was told counts, so that a wrong one lasts no longer than the next right one.
/// </summary>
internal sealed class ServerClock(TimeProvider timeProvider)
{
    // Absolute limits: the local clock may itself be decades off, after a dead battery for instance.
    private static readonly DateTimeOffset Earliest = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Ticks; exchanged as a whole, by any thread whose request was refused as skewed.
    private long _offset;

    /// <summary>The time to sign with. An offset that no longer leads to a time that can be true is not used: the local clock was set meanwhile.</summary>
    public DateTimeOffset GetUtcNow()
    {
        var local = timeProvider.GetUtcNow();
        var ticks = local.UtcTicks + Interlocked.Read(ref _offset);
        return ticks < Earliest.Ticks || ticks >= Latest.Ticks ? local : new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    /// <summary>Takes over a time that the service has just told, unless it cannot be true.</summary>
    public void Set(DateTimeOffset serverTime)
    {
        if (CanBeTrue(serverTime))
            Interlocked.Exchange(ref _offset, serverTime.UtcTicks - timeProvider.GetUtcNow().UtcTicks);
    }

    /// <summary>Whether a time is one at which this client can be running.</summary>
    public static bool CanBeTrue(DateTimeOffset time) => time >= Earliest && time < Latest;
}
