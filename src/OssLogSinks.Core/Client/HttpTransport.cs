using System.Diagnostics;
using System.Net;
using System.Security.Authentication;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>
/// The HTTP connections: kept alive, TLS 1.2 or later; no redirects, cookies, decompression, Expect or chunks. The only class that
/// depends on the platform's HTTP stack.
/// </summary>
internal sealed class HttpTransport : IDisposable
{
    // OSS closes idle connections early, and a request on such a connection gets no answer (aliyun-oss-go-sdk#71).
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

        // A handler of the user has its own proxy.
        var proxy = options.Proxy;
        var hasProxy = options.HttpMessageHandler is null;
        var target = new Uri(origin);
        Failures = new TransportFailures(target, () => hasProxy ? ProxyOf(proxy, target) : null);
    }

    /// <summary>Explains failed requests.</summary>
    public TransportFailures Failures { get; }

    /// <summary>Sends a request and reads the answer's head.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        // Requests of the log do not belong to the application's traces, so their parent is an activity that is not recorded.
        // It is set in an async method, so the caller's current activity does not change.
        Activity.Current = null;
        using var unrecorded = new Activity("OssLogSinks.Send").SetIdFormat(ActivityIdFormat.W3C).Start();
        return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private static Uri? ProxyOf(IWebProxy? proxy, Uri target)
    {
        try
        {
            proxy ??= SystemProxy;
            return proxy is null || proxy.IsBypassed(target) || proxy.GetProxy(target) is not { } address || address == target ? null : address;
        }
        catch (Exception)
        {
            // Needed for messages only, and the proxy may be a class of the user.
            return null;
        }
    }

    private static string UserAgent(string? suffix)
    {
        var version = typeof(HttpTransport).Assembly.GetName().Version?.ToString(3);
        return string.IsNullOrEmpty(suffix) ? $"OssLogSinks/{version}" : $"OssLogSinks/{version} {suffix}";
    }

#if NET8_0_OR_GREATER
    private static IWebProxy? SystemProxy => HttpClient.DefaultProxy;

    /// <summary>The failure kind that the platform states; Unknown if it states none.</summary>
    public static (OssFailureKind Kind, string Detail) ErrorOf(Exception exception) => exception is not HttpRequestException error
        ? (OssFailureKind.Unknown, "")
        : error.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => (OssFailureKind.NameNotResolved, ""),
            HttpRequestError.ConnectionError => (OssFailureKind.Unreachable, nameof(HttpRequestError.ConnectionError)),
            HttpRequestError.SecureConnectionError => (OssFailureKind.Tls, ""),
            HttpRequestError.ProxyTunnelError => (OssFailureKind.Proxy, error.StatusCode is { } status ? ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture) : ""),
            HttpRequestError.InvalidResponse => (OssFailureKind.NotOss, ""),
            HttpRequestError.ConfigurationLimitExceeded => (OssFailureKind.NotOss, "larger headers than OSS does"),
            HttpRequestError.ResponseEnded => (OssFailureKind.ConnectionLost, ""),
            _ => (OssFailureKind.Unknown, ""),
        };

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
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, chain, errors) => CertificateException.Require(errors, chain);
        return handler;
    }
#else
    private static IWebProxy? SystemProxy => WebRequest.DefaultWebProxy;

    /// <summary>The failure kind that the platform states: none here.</summary>
    public static (OssFailureKind Kind, string Detail) ErrorOf(Exception exception)
    {
        _ = exception;
        return (OssFailureKind.Unknown, "");
    }

    // No validation callback here: it would replace the ServicePointManager's, with which applications trust their own issuers.
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
            handler.Proxy = options.Proxy;

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
