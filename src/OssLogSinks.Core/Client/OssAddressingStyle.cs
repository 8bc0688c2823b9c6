namespace OssLogSinks.Core.Client;

/// <summary>Where the bucket stands in a request's URL.</summary>
public enum OssAddressingStyle
{
    /// <summary>
    /// Judged by the endpoint: virtual-hosted for <c>aliyuncs.com</c>, path for IP addresses, <c>localhost</c> and other
    /// names without a dot. Any other host must say which style it wants.
    /// </summary>
    Automatic,

    /// <summary><c>https://bucket.endpoint/key</c>: what the public service takes.</summary>
    VirtualHosted,

    /// <summary><c>https://endpoint/bucket/key</c>: emulators and some gateways. The public service refuses it (SecondLevelDomainForbidden).</summary>
    Path,

    /// <summary><c>https://endpoint/key</c>: a domain of one's own that is bound to the bucket (CNAME). Needs a region for signature V4.</summary>
    CustomDomain,
}
