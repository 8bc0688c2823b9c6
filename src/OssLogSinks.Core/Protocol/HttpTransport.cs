using System.Diagnostics;
using System.Net;
using System.Security.Authentication;

namespace OssLogSinks.Core.Protocol;

/// <summary>
/// The connections: kept alive, no redirects, cookies, decompression, Expect or chunks, TLS 1.2 at least. The one place that knows
/// the platform's HTTP stack.
/// </summary>
internal sealed class HttpTransport : IDisposable
{
    // OSS closes idle connections early, and a request on a dying one gets no answer (aliyun-oss-go-sdk#71).
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(50);

    // Long enough to be cheap, short enough to follow a change in DNS.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http;

    public HttpTransport(OssClientOptions options, string origin)
    {
        var handler = options.HttpMessageHandler ?? CreateHandler(options, origin);
        _http = new HttpClient(handler, disposeHandler: options.HttpMessageHandler is null)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", UserAgent(options.UserAgentSuffix));
    }

    /// <summary>Sends a request; the answer's body is yet to be read.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        // The log's own traffic is no part of the application's traces: whoever would trace it finds a parent that is not recorded.
        // Set inside this async method, so the caller's current activity is untouched.
        Activity.Current = null;
        using var unrecorded = new Activity("OssLogSinks.Send").SetIdFormat(ActivityIdFormat.W3C).Start();
        return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static string UserAgent(string? suffix)
    {
        var version = typeof(HttpTransport).Assembly.GetName().Version?.ToString(3);
        return string.IsNullOrEmpty(suffix) ? $"OssLogSinks/{version}" : $"OssLogSinks/{version} {suffix}";
    }

#if NET8_0_OR_GREATER
    private static SocketsHttpHandler CreateHandler(OssClientOptions options, string origin)
    {
        _ = origin;
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            MaxConnectionsPerServer = options.MaxConnections,
            PooledConnectionIdleTimeout = IdleTimeout,
            PooledConnectionLifetime = Lifetime,
            Proxy = options.Proxy,
            UseCookies = false,
        };
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        return handler;
    }
#else
    private static HttpClientHandler CreateHandler(OssClientOptions options, string origin)
    {
        var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxConnectionsPerServer = options.MaxConnections,
            UseCookies = false,
            UseProxy = true,
        };
        if (options.Proxy is not null)
        {
            handler.Proxy = options.Proxy;
        }

        RequireTls12(handler);
        var point = ServicePointManager.FindServicePoint(new Uri(origin));
        point.Expect100Continue = false;
        point.MaxIdleTime = (int)IdleTimeout.TotalMilliseconds;
        point.ConnectionLeaseTimeout = (int)Lifetime.TotalMilliseconds;
        return handler;
    }

    private static void RequireTls12(HttpClientHandler handler)
    {
        const SslProtocols Tls13 = (SslProtocols)12288;
        try
        {
            handler.SslProtocols = SslProtocols.Tls12 | Tls13;
        }
        catch (NotSupportedException)
        {
            handler.SslProtocols = SslProtocols.Tls12;
        }
    }
#endif
}
