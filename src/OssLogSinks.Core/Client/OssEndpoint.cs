using System.Diagnostics.CodeAnalysis;
using System.Net;
using OssLogSinks.Core.Client.Encodings;
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
    OssSignatureVersion SignatureVersion = OssSignatureVersion.V4,
    OssNetwork Network = OssNetwork.Public);

/// <summary>
/// The checked address of a bucket, and the URLs of its objects. Only <see cref="TryCreate"/> creates one, so its settings are valid.
/// </summary>
internal sealed class OssEndpoint
{
    private readonly string _root;

    private OssEndpoint(string scheme, EndpointHost host, string bucket, string region, OssAddressingStyle style)
    {
        Bucket = bucket;
        Region = region;
        IsExposed = scheme == "http" && !host.IsLoopback;
        IsInternal = host.Name.EndsWith("-internal.aliyuncs.com", StringComparison.Ordinal);
        AddressingStyle = style;
        var prefix = style == OssAddressingStyle.VirtualHosted ? bucket + "." : "";
        Origin = scheme + "://" + prefix + host.Authority;
        _root = style == OssAddressingStyle.Path ? Origin + "/" + bucket + "/" : Origin + "/";
    }

    /// <summary>The bucket.</summary>
    public string Bucket { get; }

    /// <summary>The region of signature V4; empty if it is neither known nor needed.</summary>
    public string Region { get; }

    /// <summary>The style in use; never <see cref="OssAddressingStyle.Automatic"/>.</summary>
    public OssAddressingStyle AddressingStyle { get; }

    /// <summary>Whether requests leave this machine unencrypted.</summary>
    public bool IsExposed { get; }

    /// <summary>Whether it is the internal endpoint of a region, which only machines in that region can reach.</summary>
    public bool IsInternal { get; }

    /// <summary>Scheme, host and port of every request, without a slash at the end.</summary>
    public string Origin { get; }

    /// <summary>Checks the settings. Adds each fault as a sentence that names the setting and says how to correct it.</summary>
    public static bool TryCreate(OssEndpointSettings settings, ICollection<string> faults, [NotNullWhen(true)] out OssEndpoint? endpoint)
    {
        var faultsBefore = faults.Count;
        var bucket = settings.Bucket ?? "";
        AddFault(faults, BucketFault(bucket));
        var hasRegion = !string.IsNullOrEmpty(settings.Region);
        var text = settings.Endpoint;
        var hasEndpoint = !string.IsNullOrEmpty(text);
        var regionFault = hasRegion ? OssRegion.FaultOf(settings.Region!, hasEndpoint) : null;
        AddFault(faults, regionFault);
        AddFault(faults, NetworkFault(settings.Network, hasEndpoint, hasRegion));

        endpoint = null;
        if (!hasEndpoint && hasRegion)
        {
            if (regionFault is not null)
                return false;

            text = OssRegion.EndpointOf(settings.Region!, settings.Network);
        }

        if (!EndpointHost.TryParse(text, faults, out var scheme, out var host))
            return false;

        var style = settings.AddressingStyle == OssAddressingStyle.Automatic ? host.UsualStyle : settings.AddressingStyle;
        AddFault(faults, StyleFault(style, host, bucket));
        var region = hasRegion ? settings.Region! : host.Region ?? "";
        AddFault(faults, SignatureFault(region, host, settings.SignatureVersion));
        if (faults.Count > faultsBefore)
            return false;

        endpoint = new OssEndpoint(scheme, host, bucket, region, style);
        return true;
    }

    /// <summary>The exact URL of an object, or of the bucket if the key is null. The query is encoded, without question mark.</summary>
    /// <exception cref="ArgumentException">OSS does not allow the key, or this .NET version cannot send it unaltered.</exception>
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
            : $"Bucket: {SettingFault.Shown(bucket)} is not a bucket name; use 3 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends.";
    }

    private static string? NetworkFault(OssNetwork network, bool hasEndpoint, bool hasRegion) => network switch
    {
        OssNetwork.Public => null,
        OssNetwork.Internal or OssNetwork.Accelerated or OssNetwork.DualStack when hasEndpoint =>
            $"Network: {network} chooses an endpoint of the region, but Endpoint names one already; leave one of the two out.",
        OssNetwork.Internal or OssNetwork.Accelerated or OssNetwork.DualStack when !hasRegion =>
            $"Network: {network} needs the bucket's region; set Region too, to 'cn-hangzhou' for instance.",
        OssNetwork.Internal or OssNetwork.Accelerated or OssNetwork.DualStack => null,
        _ => $"Network: is {(int)network}, but must be Public, Internal, Accelerated or DualStack.",
    };

    private static string? StyleFault(OssAddressingStyle style, EndpointHost host, string bucket) => style switch
    {
        OssAddressingStyle.Automatic =>
            $"AddressingStyle: must be set for the endpoint {host.Shown}; CustomDomain if that domain is bound to the bucket, otherwise VirtualHosted or Path.",
        OssAddressingStyle.VirtualHosted when host.IsAddress =>
            $"AddressingStyle: VirtualHosted cannot be used with the IP address {host.Shown}; use Path.",
        OssAddressingStyle.VirtualHosted when bucket.Length > 0 && host.Name.StartsWith(bucket + ".", StringComparison.Ordinal) =>
            $"Endpoint: {host.Shown} begins with the bucket's name, which is added automatically; write {SettingFault.Shown(host.Name[(bucket.Length + 1)..])}.",
        OssAddressingStyle.VirtualHosted or OssAddressingStyle.Path or OssAddressingStyle.CustomDomain => null,
        _ => $"AddressingStyle: is {(int)style}, but must be Automatic, VirtualHosted, Path or CustomDomain.",
    };

    private static string? SignatureFault(string region, EndpointHost host, OssSignatureVersion version) => version switch
    {
        OssSignatureVersion.V4 when region.Length == 0 =>
            $"Region: must be set, because signature V4 needs it and the endpoint {host.Shown} does not contain it; write the bucket's region, 'cn-hangzhou' for instance.",
        OssSignatureVersion.V4 or OssSignatureVersion.V1 => null,
        _ => $"SignatureVersion: is {(int)version}, but must be V4 or V1.",
    };
}

/// <summary>Creates URLs that .NET sends unaltered.</summary>
internal static class ExactUri
{
    /// <summary>
    /// Wraps an encoded URL. By default <see cref="Uri"/> removes dot segments, and on .NET Framework and Mono also marks of the reading
    /// direction; what is sent would then differ from what was signed.
    /// </summary>
    /// <exception cref="ArgumentException">This .NET version cannot send the key unaltered.</exception>
    public static Uri Create(string text, string? key)
    {
#if NET8_0_OR_GREATER
        _ = key;
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        return Uri.TryCreate(text, in options, out var uri) ? uri : throw new ArgumentException("The URL cannot be built.", nameof(text));
#else
        if (key is not null && ObjectKeyRules.IsChangedByUri(key))
            throw new ArgumentException("The object key has a segment '.' or '..', or a mark that changes the reading direction, which this platform cannot send unchanged.", nameof(key));

        return new Uri(text, UriKind.Absolute);
#endif
    }
}

/// <summary>Where the bucket is in a request's URL.</summary>
public enum OssAddressingStyle
{
    /// <summary>
    /// The endpoint decides: virtual-hosted for <c>aliyuncs.com</c>, path for IP addresses, <c>localhost</c> and other
    /// names without a dot. For any other host, set one of the other styles.
    /// </summary>
    Automatic,

    /// <summary><c>https://bucket.endpoint/key</c>: what the public service takes.</summary>
    VirtualHosted,

    /// <summary><c>https://endpoint/bucket/key</c>: emulators and some gateways. The public service refuses it (SecondLevelDomainForbidden).</summary>
    Path,

    /// <summary><c>https://endpoint/key</c>: a custom domain that is bound to the bucket (CNAME). Needs a region for signature V4.</summary>
    CustomDomain,
}

/// <summary>The host of an endpoint setting, and what follows from its name (documentation "Regions and endpoints").</summary>
internal sealed class EndpointHost
{
    private const string ServiceDomain = ".aliyuncs.com";

    private EndpointHost(Uri uri, string shown)
    {
        Shown = shown;
        Name = uri.Host;
        Authority = uri.Authority;
        IsAddress = uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6;
        IsLoopback = uri.IsLoopback || Name.EndsWith(".localhost", StringComparison.Ordinal) || (IPAddress.TryParse(uri.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));
        Region = RegionOf(Name);
    }

    /// <summary>The host's name in lower case.</summary>
    public string Name { get; }

    /// <summary>The host's name for a message, in quotes; hidden if it looks like a secret.</summary>
    public string Shown { get; }

    /// <summary>The host, and the port if it is not the scheme's default.</summary>
    public string Authority { get; }

    /// <summary>Whether the host is an IP address.</summary>
    public bool IsAddress { get; }

    /// <summary>Whether the host is this machine.</summary>
    public bool IsLoopback { get; }

    /// <summary>The region in the name; null if there is none (acceleration, custom domains, addresses).</summary>
    public string? Region { get; }

    /// <summary>The addressing style that fits the name; Automatic if the name leaves it open.</summary>
    public OssAddressingStyle UsualStyle
    {
        get
        {
            if (IsAddress || !Name.Contains('.'))
                return OssAddressingStyle.Path;

            return Name.EndsWith(ServiceDomain, StringComparison.Ordinal) ? OssAddressingStyle.VirtualHosted : OssAddressingStyle.Automatic;
        }
    }

    /// <summary>The endpoint with a mask in place of a user name and password. Such an endpoint is refused, but must not be shown either.</summary>
    public static string? WithoutUserInfo(string? text)
    {
        var end = text is null ? -1 : Math.Max(text.LastIndexOf('@'), text.LastIndexOf("%40", StringComparison.Ordinal));
        if (end < 0)
            return text;

        var colon = text!.IndexOf("://", StringComparison.Ordinal);
        var scheme = colon >= 0 && colon < end ? text.Substring(0, colon + 3) : "";
        return $"{scheme}{SecretText.Mask}{text.Substring(end)}";
    }

    /// <summary>Reads an endpoint: a host with or without port and scheme (http or https; default https).</summary>
    public static bool TryParse(string? text, ICollection<string> faults, out string scheme, [NotNullWhen(true)] out EndpointHost? host)
    {
        scheme = "https";
        host = null;
        if (string.IsNullOrEmpty(text))
        {
            faults.Add("Endpoint: must be set, 'oss-cn-hangzhou.aliyuncs.com' for instance; or set Region alone to use its public endpoint.");
            return false;
        }

        var rest = text!;
        var colon = rest.IndexOf("://", StringComparison.Ordinal);
        if (colon >= 0)
        {
            scheme = rest[..colon].ToLowerInvariant();
            rest = rest[(colon + 3)..];
        }

        if (text!.Contains('@') || text!.Contains("%40"))
        {
            faults.Add("Endpoint: must not contain a user name or password; set the credentials separately.");
            return false;
        }

        if (SettingFault.OfBlanks("Endpoint", text, ShownOf(text.Trim())) is { } blanks)
        {
            faults.Add(blanks);
            return false;
        }

        if (scheme is not ("http" or "https"))
        {
            faults.Add($"Endpoint: {ShownOf(text)} must begin with 'https://' or 'http://', or with the host alone.");
            return false;
        }

        rest = rest.Length > 0 && rest[^1] == '/' ? rest[..^1] : rest;
        // Uri drops invisible characters and replaces similar ones, so allow ASCII only.
        var isPlain = rest.Length > 0 && rest.All(c => c is > ' ' and <= '~') && rest.IndexOfAny(['/', '?', '#', '\\', '%']) < 0;
        if (!isPlain || !Uri.TryCreate(scheme + "://" + rest, UriKind.Absolute, out var uri) || !IsHost(uri))
        {
            faults.Add($"Endpoint: {ShownOf(text)} is not a host; write the host and, if needed, its port, without bucket, path or query: 'oss-cn-hangzhou.aliyuncs.com' for instance.");
            return false;
        }

        // Check the text as it was written: Uri changes it to lower case, in which a secret is not recognized.
        host = new EndpointHost(uri, SecretText.LooksLikeOne(rest) ? SettingFault.Shown(rest) : SettingFault.Shown(uri.Host));
        return true;
    }

    // Scheme, host and port only: the rest may be a signature, or a part of a password.
    private static string ShownOf(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) is var colon and >= 0 ? colon + 3 : 0;
        var end = start;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '.' or '-' or '_' or ':' or '[' or ']' or ' '))
            end++;

        return SettingFault.Shown(end == text.Length ? text : text[..end] + SettingFault.Cut);
    }

    private static bool IsHost(Uri uri) =>
        uri.HostNameType switch
        {
            UriHostNameType.Dns => uri.Host.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.' or '_'),
            UriHostNameType.IPv4 or UriHostNameType.IPv6 => IPAddress.TryParse(uri.DnsSafeHost, out _),
            _ => false,
        };

    private static string? RegionOf(string name)
    {
        const string DualStack = ".oss" + ServiceDomain;
        if (name.EndsWith(DualStack, StringComparison.Ordinal))
            return Label(name[..^DualStack.Length]);

        if (!name.EndsWith(ServiceDomain, StringComparison.Ordinal) || !name.StartsWith("oss-", StringComparison.Ordinal))
            return null;

        var region = name[4..^ServiceDomain.Length];
        const string Internal = "-internal";
        region = region.EndsWith(Internal, StringComparison.Ordinal) ? region[..^Internal.Length] : region;

        // Acceleration endpoints have no region, and the public names of finance cloud ("-pub") are not the region's id.
        var hasNone = region.StartsWith("accelerate", StringComparison.Ordinal) || region.EndsWith("-pub", StringComparison.Ordinal);
        return hasNone ? null : Label(region);
    }

    private static string? Label(string text) => text.Length == 0 || text.Contains('.') ? null : text;
}
