using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Client.Signing;

namespace OssLogSinks.Core.Client;

/// <summary>
/// Signs and sends requests. Repeats one only after an answer of OSS that proves that nothing was done: once after setting the clock by
/// the service's, and once with other credentials after OSS refused the first.
/// </summary>
internal sealed class RequestSender : IDisposable
{
    private readonly OssEndpoint _endpoint;
    private readonly IOssSigner _signer;
    private readonly OssRequestCredentials _credentials;
    private readonly HttpTransport _transport;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly ServerClock _clock;

    public RequestSender(OssClientOptions options, OssEndpoint endpoint, TlsCertificates certificates)
    {
        _endpoint = endpoint;
        _signer = options.SignatureVersion switch
        {
            OssSignatureVersion.V1 => new OssV1Signer(),
            OssSignatureVersion.V4 => new OssV4Signer(endpoint.Region),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.SignatureVersion, "Unknown version."),
        };
        _credentials = new OssRequestCredentials(options, (endpoint, certificates.CopyAuthorities()));
        _transport = new HttpTransport(options, endpoint.Origin, certificates);
        _time = options.TimeProvider;
        _timeout = options.RequestTimeout;
        _clock = new ServerClock(options.TimeProvider);
    }

    /// <summary>Explains failed requests.</summary>
    public TransportFailures Failures => _transport.Failures;

    /// <summary>The time limit of one attempt, or of one read of a body.</summary>
    public Deadline StartDeadline(CancellationToken cancellationToken) => new(_timeout, _time, cancellationToken);

    /// <summary>Sends a request. <paramref name="read"/> reads the successful answer and disposes it, also when it throws.</summary>
    public async Task<T> SendAsync<T>(
        OssRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var credentials = await _credentials.GetAsync(rejected: null, cancellationToken).ConfigureAwait(false);
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
                credentials = await _credentials.GetAsync(rejected: null, cancellationToken).ConfigureAwait(false);
            }
            else if (OssRequestCredentials.AreRefused(refusal.Exception))
            {
                if (areCredentialsRenewed)
                {
                    _credentials.SetRefusedAtOnce(credentials);
                    throw refusal.Exception;
                }

                areCredentialsRenewed = true;
                var renewed = await _credentials.GetAsync(credentials, cancellationToken).ConfigureAwait(false);
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
                if (request.IsAbsenceAnswer && ServiceRefusal.IsNoSuchKey(response))
                    return (default, null);

                var refusal = await ServiceRefusal.ReadAsync(new SentContent(request, message, credentials), response, Failures, deadline.Token).ConfigureAwait(false);
                if (refusal.ServerTime is { } serverTime)
                {
                    _clock.Set(serverTime);
                    _credentials.SetServiceTime(serverTime);
                }

                return (default, refusal);
            }
        }
        catch (Exception exception) when (exception is not (OssException or ObjectDisposedException))
        {
            // An answer that .NET cannot read counts as no answer.
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
}
