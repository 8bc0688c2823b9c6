using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Platform;

/// <summary>What the HTTP stacks of the platforms do in different ways.</summary>
internal static class PlatformHttp
{
    /// <summary>The proxy that leads to an address; null if none does.</summary>
    /// <param name="proxy">The proxy of the settings; null for the system's.</param>
    /// <param name="target">The address.</param>
    public static Uri? ProxyOf(IWebProxy? proxy, Uri target)
    {
        try
        {
            proxy ??= SystemProxy;
            return proxy is null || proxy.IsBypassed(target) || proxy.GetProxy(target) is not { } address || address == target ? null : address;
        }
        catch (Exception)
        {
            // The proxy may be the user's own class. Its failure is ignored, because the address is only shown in messages.
            return null;
        }
    }

    /// <summary>Lets a handler use TLS 1.2 or later. Where a handler cannot choose, the system or the application's ServicePointManager does.</summary>
    public static void RequireTls12(this HttpClientHandler handler) => RequireTls12(protocols => handler.SslProtocols = protocols);

    /// <summary>As <see cref="RequireTls12(HttpClientHandler)"/>, for anything that takes the choice.</summary>
    /// <param name="choose">Throws <see cref="NotSupportedException"/> for protocols that the platform does not know, or for any.</param>
    public static void RequireTls12(Action<SslProtocols> choose)
    {
        const SslProtocols Tls13 = (SslProtocols)12288;
        if (!TryChoose(choose, SslProtocols.Tls12 | Tls13))
            TryChoose(choose, SslProtocols.Tls12);
    }

    // .NET Framework before 4.7.2 has the property, but it always throws.
    private static bool TryChoose(Action<SslProtocols> choose, SslProtocols protocols)
    {
        try
        {
            choose(protocols);
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

#if NET8_0_OR_GREATER
    private static IWebProxy? SystemProxy => HttpClient.DefaultProxy;

    /// <summary>Lets a handler trust root certificates in addition to the machine's. A refused certificate gives a <see cref="CertificateException"/>.</summary>
    public static void Trust(this HttpClientHandler handler, X509Certificate2Collection authorities)
    {
        var trust = new CertificateTrust(authorities);
        handler.ServerCertificateCustomValidationCallback = (_, certificate, chain, errors) => trust.Require(certificate, chain, errors);
    }

    /// <summary>The failure kind that .NET states; Unknown if it states none.</summary>
    public static (OssFailureKind Kind, string Detail) ErrorOf(Exception exception) => exception is not HttpRequestException error
        ? (OssFailureKind.Unknown, "")
        : error.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => (OssFailureKind.NameNotResolved, ""),
            HttpRequestError.ConnectionError => (OssFailureKind.Unreachable, nameof(HttpRequestError.ConnectionError)),
            HttpRequestError.SecureConnectionError => (OssFailureKind.Tls, ""),
            HttpRequestError.ProxyTunnelError => (OssFailureKind.Proxy, error.StatusCode is { } status ? ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture) : StatusAtTheEnd(error.Message)),
            HttpRequestError.InvalidResponse => (OssFailureKind.NotOss, ""),
            HttpRequestError.ConfigurationLimitExceeded => (OssFailureKind.NotOss, "larger headers than OSS does"),
            HttpRequestError.ResponseEnded => (OssFailureKind.ConnectionLost, ""),
            _ => (OssFailureKind.Unknown, ""),
        };

    // .NET 8 tells the status of a proxy only in its message, which ends with: status code '407'."
    private static string StatusAtTheEnd(string message)
    {
        var text = message.AsSpan().TrimEnd("\".");
        return text is [.., '\'', >= '1' and <= '5', >= '0' and <= '9', >= '0' and <= '9', '\''] ? text[^4..^1].ToString() : "";
    }
#else
    private static IWebProxy? SystemProxy => WebRequest.DefaultWebProxy;

    /// <summary>Leaves the check to the platform: a callback would replace the ServicePointManager's, with which applications trust their own issuers.</summary>
    public static void Trust(this HttpClientHandler handler, X509Certificate2Collection authorities) => _ = (handler, authorities);

    /// <summary>The failure kind that .NET states: always Unknown in this build.</summary>
    public static (OssFailureKind Kind, string Detail) ErrorOf(Exception exception)
    {
        _ = exception;
        return (OssFailureKind.Unknown, "");
    }
#endif
}
