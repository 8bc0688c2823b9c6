using System.Diagnostics;
using System.Net;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Client.Platform;
#if NET8_0_OR_GREATER
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
#endif

namespace OssLogSinks.Core.Client;

/// <summary>
/// The HTTP connections to OSS. They are kept alive, and use TLS 1.2 or later; there are no redirects, cookies, decompression, Expect or
/// chunks. Only the handler differs if the user sets one. What depends on the HTTP handlers of a .NET version is here.
/// </summary>
internal sealed class HttpTransport : IDisposable
{
    // OSS closes idle connections early, and a request on such a connection gets no answer (aliyun-oss-go-sdk#71). This timeout is also shorter
    // than that of usual NAT gateways and firewalls, which forget a connection without telling, so that no TCP keep-alive is needed.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(50);

    private readonly HttpClient _http;
    private readonly TlsCertificates _certificates;

    /// <param name="options">The settings.</param>
    /// <param name="origin">Where requests go.</param>
    /// <param name="certificates">The certificates of the settings; disposed together with this.</param>
    public HttpTransport(OssClientOptions options, string origin, TlsCertificates certificates)
    {
        _certificates = certificates;
        var handler = options.HttpMessageHandler ?? CreateHandler(options, origin, certificates);
        _http = new HttpClient(handler, disposeHandler: options.HttpMessageHandler is null)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", UserAgent(options.UserAgentSuffix));

        // A handler of the user has its own proxy, which is not known here.
        var proxy = options.Proxy;
        var hasProxy = options.HttpMessageHandler is null;
        var target = new Uri(origin);
        Failures = new TransportFailures(target, () => hasProxy ? PlatformHttp.ProxyOf(proxy, target) : null);
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

    public void Dispose()
    {
        _http.Dispose();
        _certificates.Dispose();
    }

    private static string UserAgent(string? suffix)
    {
        var version = typeof(HttpTransport).Assembly.GetName().Version?.ToString(3);
        return string.IsNullOrEmpty(suffix) ? $"OssLogSinks/{version}" : $"OssLogSinks/{version} {suffix}";
    }

#if NET8_0_OR_GREATER
    private static SocketsHttpHandler CreateHandler(OssClientOptions options, string origin, TlsCertificates certificates)
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
            PooledConnectionLifetime = options.ConnectionLifetime,
            Proxy = options.Proxy,
            UseCookies = false,
        };
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        var trust = new CertificateTrust(certificates.Authorities);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => trust.Require(certificate as X509Certificate2, chain, errors);
        if (certificates.Client is [var own, ..])
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(own, certificates.Client, offline: true);

        if (options.Resolver is { } resolver)
            handler.ConnectCallback = (context, cancellationToken) => ConnectAsync(new IPEndPoint(resolver(context.DnsEndPoint.Host), context.DnsEndPoint.Port), cancellationToken);

        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
#else
    // No validation callback here: it would replace that of the ServicePointManager, with which applications trust their own issuers.
    private static HttpClientHandler CreateHandler(OssClientOptions options, string origin, TlsCertificates certificates)
    {
        _ = certificates;
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

        handler.RequireTls12();
        var point = ServicePointManager.FindServicePoint(new Uri(origin));
        point.Expect100Continue = false;
        point.MaxIdleTime = (int)IdleTimeout.TotalMilliseconds;
        point.ConnectionLeaseTimeout = (int)options.ConnectionLifetime.TotalMilliseconds;
        return handler;
    }
#endif
}
