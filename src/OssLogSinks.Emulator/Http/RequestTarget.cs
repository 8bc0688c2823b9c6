using System.Net;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Http;

/// <summary>Finds bucket and key in the Host header and the raw request target, for every addressing style.</summary>
internal sealed class RequestTarget(IHttpSettings settings, Func<string, bool> bucketExists)
{
    private const string ServiceDomain = ".aliyuncs.com";

    /// <summary>Null if the target cannot be decoded.</summary>
    public OssRequest? TryResolve(OssRequest request, string rawTarget)
    {
        var target = WithoutAuthority(rawTarget);
        var question = target.IndexOf('?');
        var path = PercentEncoding.TryDecode(question < 0 ? target : target[..question]);
        var query = question < 0 ? QueryParameters.Empty : QueryParameters.TryParse(target[(question + 1)..]);
        if (path is null || query is null || !path.StartsWith('/'))
            return null;

        var bucket = BucketOfHost(HostWithoutPort(request.Host));
        if (bucket is not null)
            return request with { Bucket = bucket, Key = path[1..], Query = query };

        var slash = path.IndexOf('/', 1);
        return request with
        {
            Bucket = path.Length == 1 ? null : slash < 0 ? path[1..] : path[1..slash],
            Key = slash < 0 ? "" : path[(slash + 1)..],
            Query = query,
            IsPathStyle = path.Length > 1,
        };
    }

    private static ReadOnlySpan<char> WithoutAuthority(string rawTarget)
    {
        var scheme = rawTarget.StartsWith('/') ? -1 : rawTarget.IndexOf("://", StringComparison.Ordinal);
        var path = scheme < 0 ? 0 : rawTarget.IndexOf('/', scheme + 3);
        return path < 0 ? "/" : rawTarget.AsSpan(path);
    }

    private static string HostWithoutPort(string host)
    {
        var colon = host.LastIndexOf(':');
        return colon > host.LastIndexOf(']') ? host[..colon] : host;
    }

    private string? BucketOfHost(string host)
    {
        if (settings.CustomDomains.TryGetValue(host, out var bound))
            return bound;

        var dot = host.IndexOf('.');
        if (dot <= 0 || IPAddress.TryParse(host.Trim('[', ']'), out _))
            return null;

        var rest = host[dot..];
        if (host.EndsWith(ServiceDomain, StringComparison.OrdinalIgnoreCase))
            return IsServiceEndpoint(host) ? null : host[..dot];

        var known = rest.Equals(".localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(rest.AsSpan(1), out _);
        return known || bucketExists(host[..dot]) ? host[..dot] : null;
    }

    // oss-cn-hangzhou.aliyuncs.com and the dual-stack cn-hangzhou.oss.aliyuncs.com name no bucket.
    private static bool IsServiceEndpoint(string host)
    {
        var labels = host[..^ServiceDomain.Length].Split('.');
        return labels.Length == 1 || (labels.Length == 2 && labels[1] == "oss");
    }
}
