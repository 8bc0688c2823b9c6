using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Client.Platform;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>An answer of a service that gives credentials.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body; null if it cannot be read or is too long.</param>
/// <param name="Date">The service's time; null if it does not say.</param>
/// <param name="RetryAfter">How long to wait; null if it does not say.</param>
internal sealed record CredentialsAnswer(HttpStatusCode Status, string? Body, DateTimeOffset? Date, TimeSpan? RetryAfter);

/// <summary>
/// Sends the few requests for credentials: no redirects, no cookies, a limit of time for each request, and of size for each answer.
/// Requests to services of this machine or its network never go through a proxy.
/// </summary>
internal sealed class CredentialsHttp
{
    private const int LongestBody = 64 * 1024;

    private readonly IWebProxy? _proxy;
    private readonly Lazy<HttpClient> _direct;
    private readonly Lazy<HttpClient> _proxied;

    /// <param name="proxy">The proxy to far services; null for the system's.</param>
    /// <param name="authorities">Root certificates to trust in addition to the machine's.</param>
    public CredentialsHttp(IWebProxy? proxy, X509Certificate2Collection authorities)
    {
        _proxy = proxy;
        _direct = new Lazy<HttpClient>(() => Create(useProxy: false, authorities));
        _proxied = new Lazy<HttpClient>(() => Create(useProxy: true, authorities));
    }

    /// <summary>With the proxy and the trust of this machine.</summary>
    public static CredentialsHttp OfMachine { get; } = new(proxy: null, []);

    /// <summary>Sends a request to this machine or its network.</summary>
    public Task<CredentialsAnswer> SendDirectlyAsync(HttpRequestMessage message, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken) =>
        SendAsync(_direct.Value, message, (limit, time), cancellationToken);

    /// <summary>Sends a request; through a proxy if there is one.</summary>
    public Task<CredentialsAnswer> SendAsync(HttpRequestMessage message, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken) =>
        SendAsync(_proxied.Value, message, (limit, time), cancellationToken);

    /// <summary>
    /// Why there was no answer from an address, as the end of a sentence. The platform's own message is not quoted: it may have an address
    /// with a password.
    /// </summary>
    public string ProblemOf(Uri address, bool isDirect, Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is OperationCanceledException or TimeoutException)
                return "gave no answer in time";
        }

        return "cannot be reached: " + new TransportFailures(address, () => isDirect ? null : PlatformHttp.ProxyOf(_proxy, address)).CauseOf(exception);
    }

    private static async Task<CredentialsAnswer> SendAsync(
        HttpClient http, HttpRequestMessage message, (TimeSpan Limit, TimeProvider Time) within, CancellationToken cancellationToken)
    {
        // As for requests of the log: they do not belong to the application's traces.
        Activity.Current = null;
        using var unrecorded = new Activity("OssLogSinks.Credentials").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            return await ExchangeAsync(http, message, giveUp.Token).Observe().WaitAsync(within.Limit, within.Time, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            giveUp.Cancel();
            throw;
        }
    }

    private static async Task<CredentialsAnswer> ExchangeAsync(HttpClient http, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        var body = await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false);
        return new CredentialsAnswer(response.StatusCode, body, response.Headers.Date, RetryAfterOf(response));
    }

    private static async Task<string?> ReadAsync(HttpContent? content, CancellationToken cancellationToken)
    {
        if (content is null)
            return "";

        using var body = await content.OpenAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[LongestBody];
        var length = 0;
        int count;
        while ((count = await body.ReadMemoryAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
        {
            length += count;
            if (length == LongestBody)
                return null;
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    // A positive number of milliseconds.
    private static TimeSpan? RetryAfterOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("x-acs-retry-after", out var values)
        && int.TryParse(values.First(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var wait) && wait > 0
            ? TimeSpan.FromMilliseconds(wait)
            : null;

    // It is never disposed, since fetches may go on after a client was closed. Its idle connections are closed after a minute or two, so it
    // follows changes in DNS.
    private HttpClient Create(bool useProxy, X509Certificate2Collection authorities)
    {
        var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = useProxy,
        };
        if (useProxy && _proxy is not null)
            handler.Proxy = _proxy;

        handler.RequireTls12();
        handler.Trust(authorities);
        var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "OssLogSinks/" + typeof(CredentialsHttp).Assembly.GetName().Version?.ToString(3));
        return http;
    }
}
