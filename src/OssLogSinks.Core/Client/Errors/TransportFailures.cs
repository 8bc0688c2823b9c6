using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using OssLogSinks.Core.Client.Platform;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Errors;

/// <summary>
/// Explains why a request got no answer: the kind of failure, and host and port. .NET's messages are never quoted, because they
/// may contain a proxy's password or a signed address; they are in the inner exception.
/// </summary>
internal sealed class TransportFailures
{
    private readonly Func<Uri?> _proxy;

    /// <param name="origin">Where requests go.</param>
    /// <param name="proxy">The proxy in use; null if there is none or it is not known.</param>
    public TransportFailures(Uri origin, Func<Uri?> proxy)
    {
        Endpoint = PlaceOf(origin);
        _proxy = proxy;
    }

    /// <summary>Host and port that requests go to.</summary>
    public string Endpoint { get; }

    /// <summary>Host and port of the proxy; null if there is none or it is not known.</summary>
    public string? Proxy => _proxy() is { } proxy ? PlaceOf(proxy) : null;

    /// <summary>Host and port that requests go to, and the proxy that they go through.</summary>
    public string Way => Proxy is { } proxy ? $"{Endpoint} (through the proxy {proxy})" : Endpoint;

    /// <summary>The meaning of a 407.</summary>
    public static string AsksForCredentials(string? proxy) => $"the proxy {(proxy is null ? "" : proxy + " ")}asks for a user name and a password (status 407)";

    /// <summary>The failure of a request that got no answer in time.</summary>
    public OssException NoAnswerInTime(string operation, Exception exception) =>
        new($"{operation} got no answer from {Way} in time; it may have taken effect.", exception) { Kind = OssFailureKind.NoAnswer };

    /// <summary>The failure of a request that got no usable answer because of this exception.</summary>
    public OssException Explain(string operation, Exception exception)
    {
        var (kind, detail) = KindOf(exception);
        if (IsAboutTheProxy(kind) && Proxy is { } proxy)
            return new OssException($"{operation} failed: {ProxyCause(kind, proxy, detail)}.", exception) { Kind = OssFailureKind.Proxy };

        var message = kind switch
        {
            OssFailureKind.NotOss => $"{operation} got no usable answer: {Cause(kind, detail)}. It may have taken effect.",
            OssFailureKind.ConnectionLost => $"{operation} failed: {Cause(kind, detail)}. It may have taken effect.",
            OssFailureKind.Unknown => $"{operation} got no usable answer from {Endpoint} ({detail}); it may have taken effect.",
            _ => $"{operation} failed: {Cause(kind, detail)}.",
        };
        return new OssException(message, exception) { Kind = kind };
    }

    /// <summary>Why a request that changes nothing was interrupted, as a clause.</summary>
    public string CauseOf(Exception exception)
    {
        var (kind, detail) = KindOf(exception);
        return IsAboutTheProxy(kind) && Proxy is { } proxy ? ProxyCause(kind, proxy, detail) : Cause(kind, detail);
    }

    private static bool IsAboutTheProxy(OssFailureKind kind) =>
        kind is OssFailureKind.Proxy or OssFailureKind.NameNotResolved or OssFailureKind.ConnectionRefused or OssFailureKind.Unreachable or OssFailureKind.ConnectTimeout;

    private string ProxyCause(OssFailureKind kind, string proxy, string detail) => kind switch
    {
        OssFailureKind.NameNotResolved => $"the name of the proxy {proxy} cannot be resolved",
        OssFailureKind.ConnectionRefused => $"the proxy {proxy} refuses connections",
        OssFailureKind.Unreachable => $"the proxy {proxy} cannot be reached ({detail})",
        OssFailureKind.ConnectTimeout => $"connecting to {Endpoint} through the proxy {proxy} timed out",
        _ when detail == "407" => AsksForCredentials(proxy),
        _ => $"the proxy {proxy} refused a connection to {Endpoint}" + (detail.Length == 0 ? "" : " with status " + detail),
    };

    private string Cause(OssFailureKind kind, string detail) => kind switch
    {
        OssFailureKind.NameNotResolved => $"the name of {Endpoint} cannot be resolved",
        OssFailureKind.ConnectionRefused => $"{Endpoint} refuses connections",
        OssFailureKind.Unreachable => $"{Endpoint} cannot be reached ({detail})",
        OssFailureKind.ConnectTimeout => $"connecting to {Endpoint} timed out",
        OssFailureKind.Certificate => $"the certificate of {Endpoint} is not accepted" + (detail.Length == 0 ? "" : ": " + detail),
        OssFailureKind.Tls => $"the TLS handshake with {Endpoint} failed",
        OssFailureKind.Proxy => $"a proxy refused a connection to {Endpoint}" + (detail.Length == 0 ? "" : " with status " + detail),
        OssFailureKind.NotOss when detail.Length > 0 => $"{Endpoint} sends {detail}",
        OssFailureKind.NotOss => $"{Endpoint} does not speak HTTP",
        OssFailureKind.ConnectionLost => $"the connection to {Endpoint} was lost before an answer came",
        _ => $"no usable answer came from {Endpoint} ({detail})",
    };

    private static string PlaceOf(Uri uri) => FormattableString.Invariant($"{uri.Host}:{uri.Port}");

    private static (OssFailureKind Kind, string Detail) KindOf(Exception exception)
    {
        var platform = PlatformHttp.ErrorOf(exception);
        if (platform.Kind is OssFailureKind.Proxy or OssFailureKind.NotOss)
            return platform;

        var isConnected = false;
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            var found = e switch
            {
                CertificateException certificate => (OssFailureKind.Certificate, certificate.Faults),
                AuthenticationException => (OssFailureKind.Tls, ""),
                TimeoutException => (OssFailureKind.ConnectTimeout, ""),
                SocketException when isConnected => (OssFailureKind.ConnectionLost, ""),
                SocketException socket => KindOf(socket.SocketErrorCode),
                WebException web => KindOf(web.Status),
                _ => (OssFailureKind.Unknown, ""),
            };
            if (found.Item1 != OssFailureKind.Unknown)
            {
                // A connection that ends during the TLS handshake has not carried the request.
                return found.Item1 == OssFailureKind.ConnectionLost && platform.Kind == OssFailureKind.Tls ? platform : found;
            }

            isConnected |= e is IOException;
        }

        return platform.Kind != OssFailureKind.Unknown ? platform
            : isConnected ? (OssFailureKind.ConnectionLost, "")
            : (OssFailureKind.Unknown, exception.GetType().Name);
    }

    private static (OssFailureKind Kind, string Detail) KindOf(SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoRecovery or SocketError.NoData => (OssFailureKind.NameNotResolved, ""),
        SocketError.ConnectionRefused => (OssFailureKind.ConnectionRefused, ""),
        SocketError.TimedOut => (OssFailureKind.ConnectTimeout, ""),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.OperationAborted => (OssFailureKind.ConnectionLost, ""),
        _ => (OssFailureKind.Unreachable, error.ToString()),
    };

    // .NET Framework reports a status, and only sometimes a socket error as well.
    private static (OssFailureKind Kind, string Detail) KindOf(WebExceptionStatus status) => status switch
    {
        WebExceptionStatus.NameResolutionFailure => (OssFailureKind.NameNotResolved, ""),
        WebExceptionStatus.ProxyNameResolutionFailure or WebExceptionStatus.RequestProhibitedByProxy => (OssFailureKind.Proxy, ""),
        WebExceptionStatus.TrustFailure => (OssFailureKind.Certificate, ""),
        WebExceptionStatus.SecureChannelFailure => (OssFailureKind.Tls, ""),
        WebExceptionStatus.Timeout => (OssFailureKind.ConnectTimeout, ""),
        WebExceptionStatus.ConnectionClosed or WebExceptionStatus.KeepAliveFailure or WebExceptionStatus.ReceiveFailure
            or WebExceptionStatus.SendFailure or WebExceptionStatus.PipelineFailure => (OssFailureKind.ConnectionLost, ""),
        WebExceptionStatus.ServerProtocolViolation => (OssFailureKind.NotOss, ""),
        _ => (OssFailureKind.Unknown, ""),
    };
}
