using System.Diagnostics.CodeAnalysis;
using System.Net;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>The host part of an endpoint setting, and what its name alone tells (documentation "Regions and endpoints").</summary>
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

    /// <summary>The host's name for a message, in quotes; not shown if it looks like a secret.</summary>
    public string Shown { get; }

    /// <summary>Host and, if it is not the scheme's own, port.</summary>
    public string Authority { get; }

    /// <summary>Whether the host is an IP address.</summary>
    public bool IsAddress { get; }

    /// <summary>Whether it is this machine.</summary>
    public bool IsLoopback { get; }

    /// <summary>The region that the name tells; null if it tells none (acceleration, own domains, addresses).</summary>
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

    /// <summary>An endpoint that may be shown: a user name and password in it, for which it is refused, become a mask.</summary>
    public static string? WithoutUserInfo(string? text)
    {
        var end = text is null ? -1 : Math.Max(text.LastIndexOf('@'), text.LastIndexOf("%40", StringComparison.Ordinal));
        if (end < 0)
            return text;

        var colon = text!.IndexOf("://", StringComparison.Ordinal);
        var scheme = colon >= 0 && colon < end ? text.Substring(0, colon + 3) : "";
        return $"{scheme}{SecretText.Mask}{text.Substring(end)}";
    }

    /// <summary>Reads an endpoint: a host with or without port, scheme http or https, https if it names none.</summary>
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

        // What is encoded is as secret.
        if (text!.Contains('@') || text!.Contains("%40"))
        {
            faults.Add("Endpoint: must not hold a user name or password; credentials are a setting of their own.");
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
        // A Uri leaves characters out that nobody sees, and takes others for the one that they look like.
        var isPlain = rest.Length > 0 && rest.All(c => c is > ' ' and <= '~') && rest.IndexOfAny(['/', '?', '#', '\\', '%']) < 0;
        if (!isPlain || !Uri.TryCreate(scheme + "://" + rest, UriKind.Absolute, out var uri) || !IsHost(uri))
        {
            faults.Add($"Endpoint: {ShownOf(text)} is no host; write the host and, if need be, its port, without bucket, path or query: 'oss-cn-hangzhou.aliyuncs.com' for instance.");
            return false;
        }

        // The text, since a Uri turns a secret into small letters, which hides what it is.
        host = new EndpointHost(uri, SecretText.LooksLikeOne(rest) ? SettingFault.Shown(rest) : SettingFault.Shown(uri.Host));
        return true;
    }

    // Scheme, host and port: what follows them may be a signature, or a part of a password.
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

        // Acceleration names no region, and finance cloud's public names ("-pub") are not their region's id.
        var tellsNone = region.StartsWith("accelerate", StringComparison.Ordinal) || region.EndsWith("-pub", StringComparison.Ordinal);
        return tellsNone ? null : Label(region);
    }

    private static string? Label(string text) => text.Length == 0 || text.Contains('.') ? null : text;
}
