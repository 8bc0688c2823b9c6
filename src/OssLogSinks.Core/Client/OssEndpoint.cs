using System.Diagnostics.CodeAnalysis;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>The endpoint settings as the user wrote them.</summary>
internal sealed record OssEndpointSettings(
    string? Endpoint,
    string? Bucket,
    string? Region,
    OssAddressingStyle AddressingStyle = OssAddressingStyle.Automatic,
    OssSignatureVersion SignatureVersion = OssSignatureVersion.V4);

/// <summary>
/// Where a bucket is reached: settings that were found right, and the URLs that follow from them. Only <see cref="TryCreate"/>
/// makes one, so that a wrong endpoint cannot exist.
/// </summary>
internal sealed class OssEndpoint
{
    private readonly string _root;

    private OssEndpoint(string scheme, EndpointHost host, string bucket, string region, OssAddressingStyle style)
    {
        Bucket = bucket;
        Region = region;
        IsExposed = scheme == "http" && !host.IsLoopback;
        AddressingStyle = style;
        var prefix = style == OssAddressingStyle.VirtualHosted ? bucket + "." : "";
        Origin = scheme + "://" + prefix + host.Authority;
        _root = style == OssAddressingStyle.Path ? Origin + "/" + bucket + "/" : Origin + "/";
    }

    /// <summary>The bucket.</summary>
    public string Bucket { get; }

    /// <summary>The region that V4 signs; empty if it is neither known nor needed.</summary>
    public string Region { get; }

    /// <summary>The style in use; never <see cref="OssAddressingStyle.Automatic"/>.</summary>
    public OssAddressingStyle AddressingStyle { get; }

    /// <summary>Whether requests leave this machine unencrypted.</summary>
    public bool IsExposed { get; }

    /// <summary>Scheme, host and port of every request, without a slash at the end.</summary>
    public string Origin { get; }

    /// <summary>Reads the settings; every fault is added as a sentence that names its setting and says how to mend it.</summary>
    public static bool TryCreate(OssEndpointSettings settings, ICollection<string> faults, [NotNullWhen(true)] out OssEndpoint? endpoint)
    {
        var faultsBefore = faults.Count;
        var bucket = settings.Bucket ?? "";
        AddFault(faults, BucketFault(bucket));
        var hasRegion = !string.IsNullOrEmpty(settings.Region);
        var regionFault = hasRegion ? RegionFault(settings.Region!) : null;
        AddFault(faults, regionFault);

        endpoint = null;
        var text = settings.Endpoint;
        if (string.IsNullOrEmpty(text) && hasRegion)
        {
            if (regionFault is not null)
                return false;

            text = "oss-" + settings.Region + ".aliyuncs.com";
        }

        if (!EndpointHost.TryParse(text, faults, out var scheme, out var host))
            return false;

        var style = settings.AddressingStyle == OssAddressingStyle.Automatic ? host.UsualStyle : settings.AddressingStyle;
        AddFault(faults, StyleFault(style, host, bucket));
        var region = hasRegion ? settings.Region! : host.Region ?? "";
        AddFault(faults, MissingRegionFault(region, host, settings.SignatureVersion));
        if (faults.Count > faultsBefore)
            return false;

        endpoint = new OssEndpoint(scheme, host, bucket, region, style);
        return true;
    }

    /// <summary>The exact URL of an object, or of the bucket if the key is null.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="query">The encoded query without question mark; empty for none.</param>
    /// <exception cref="ArgumentException">OSS would not take the key, or this platform cannot send it unaltered.</exception>
    public Uri UriOf(string? key, string query)
    {
        if (key is not null)
            ObjectKeyRules.Require(key, nameof(key));

        var path = key is null ? _root : _root + PercentEncoding.Path(key);
        return ExactUri.Create(query.Length == 0 ? path : path + "?" + query, key);
    }

    private static void AddFault(ICollection<string> faults, string? fault)
    {
        if (fault is not null)
            faults.Add(fault);
    }

    private static string? BucketFault(string bucket)
    {
        if (bucket.Length == 0)
            return "Bucket: is empty, but must be set to the name of the bucket.";

        if (SettingFault.OfBlanks("Bucket", bucket) is { } blanks)
            return blanks;

        static bool IsLetterOrDigit(char c) => c is (>= 'a' and <= 'z') or (>= '0' and <= '9');
        var isName = bucket.Length is >= 3 and <= 63
            && bucket.All(c => IsLetterOrDigit(c) || c == '-')
            && IsLetterOrDigit(bucket[0])
            && IsLetterOrDigit(bucket[^1]);
        return isName
            ? null
            : $"Bucket: {SettingFault.Shown(bucket)} is no bucket name; use 3 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends.";
    }

    private static string? RegionFault(string region)
    {
        if (SettingFault.OfBlanks("Region", region) is { } blanks)
            return blanks;

        if (region.StartsWith("oss-", StringComparison.Ordinal))
            return $"Region: {SettingFault.Shown(region)} must not begin with 'oss-'; write {SettingFault.Shown(region[4..])}.";

        return region.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            ? null
            : $"Region: {SettingFault.Shown(region)} is no region id; write lower-case letters, digits and hyphens only, 'cn-hangzhou' for instance.";
    }

    private static string? StyleFault(OssAddressingStyle style, EndpointHost host, string bucket) => style switch
    {
        OssAddressingStyle.Automatic =>
            $"AddressingStyle: must be set for the endpoint {host.Shown}; CustomDomain if that domain is bound to the bucket, otherwise VirtualHosted or Path.",
        OssAddressingStyle.VirtualHosted when host.IsAddress =>
            $"AddressingStyle: VirtualHosted cannot be used with the IP address {host.Shown}; use Path.",
        OssAddressingStyle.VirtualHosted when bucket.Length > 0 && host.Name.StartsWith(bucket + ".", StringComparison.Ordinal) =>
            $"Endpoint: {host.Shown} begins with the bucket's name, which is put in front of it anyway; write {SettingFault.Shown(host.Name[(bucket.Length + 1)..])}.",
        OssAddressingStyle.VirtualHosted or OssAddressingStyle.Path or OssAddressingStyle.CustomDomain => null,
        _ => $"AddressingStyle: is {(int)style}, but must be Automatic, VirtualHosted, Path or CustomDomain.",
    };

    private static string? MissingRegionFault(string region, EndpointHost host, OssSignatureVersion version) => version switch
    {
        OssSignatureVersion.V4 when region.Length == 0 =>
            $"Region: must be set, because signature V4 needs it and the endpoint {host.Shown} does not tell it; write the bucket's region, 'cn-hangzhou' for instance.",
        OssSignatureVersion.V4 or OssSignatureVersion.V1 => null,
        _ => $"SignatureVersion: is {(int)version}, but must be V4 or V1.",
    };
}

/// <summary>Makes URLs whose text goes over the wire unaltered; the one place that knows what the platform's <see cref="Uri"/> can do.</summary>
internal static class ExactUri
{
    /// <summary>
    /// Wraps a URL that is encoded already. <see cref="Uri"/> by itself removes dot segments, and marks of the direction of reading on .NET Framework and Mono, and what was signed would not be
    /// what is sent.
    /// </summary>
    /// <exception cref="ArgumentException">The platform cannot send the key unaltered.</exception>
    public static Uri Create(string text, string? key)
    {
#if NET8_0_OR_GREATER
        _ = key;
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        return Uri.TryCreate(text, in options, out var uri) ? uri : throw new ArgumentException("The URL cannot be built.", nameof(text));
#else
        if (key is not null && ObjectKeyRules.IsChangedByUri(key))
            throw new ArgumentException("The object key has a segment '.' or '..', or a mark that turns the direction of reading, which this platform cannot send unaltered.", nameof(key));

        return new Uri(text, UriKind.Absolute);
#endif
    }
}

/// <summary>Where the bucket is in a request's URL.</summary>
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
