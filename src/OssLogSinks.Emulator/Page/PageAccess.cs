using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OssLogSinks.Emulator.Page;

/// <summary>
/// Decides which requests the page answers without a signature. Its rules keep other machines and other sites out: the peer is on the
/// loopback; the host is named as the loopback, so a foreign name that resolves to 127.0.0.1 does not help; and no other origin has sent it,
/// except a navigation to the page, which that origin cannot read.
/// </summary>
internal static class PageAccess
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'";

    public static bool NamesLoopback(HttpContext context) => context.Request.Host.Host is "127.0.0.1" or "localhost" or "[::1]" or "::1";

    // The raw target, because a decoded path could hide what was asked for.
    public static bool IsBelowPrefix(HttpContext context) =>
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.StartsWith(EmulatorPage.Prefix, StringComparison.Ordinal);

    /// <summary>Whether a browser was given an object's address. It cannot sign, so it gets the page, which shows the object.</summary>
    public static bool IsUnsignedNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && !request.QueryString.HasValue
        && !request.Headers.ContainsKey("Authorization")
        && request.Headers["Sec-Fetch-Mode"] == "navigate"
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>Why a request is refused; null if it is not.</summary>
    public static string? RefusalOf(HttpContext context)
    {
        var request = context.Request;
        if (context.Connection.RemoteIpAddress is not { } peer || !IPAddress.IsLoopback(peer))
            return "Only this machine may read without a signature.";

        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var isOwn = site is "" or "none" or "same-origin" || request.Headers["Sec-Fetch-Mode"] == "navigate";
        var origin = request.Headers.Origin.ToString();
        return isOwn && (origin.Length == 0 || origin == $"{request.Scheme}://{request.Host}")
            ? null
            : "Another site may not read or change what is here.";
    }

    public static void SetHeaders(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
    }
}
