using System.Text.RegularExpressions;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>Which of its region's endpoints a bucket is reached at (documentation "Regions and endpoints").</summary>
public enum OssNetwork
{
    /// <summary><c>oss-cn-hangzhou.aliyuncs.com</c>: from anywhere, by IPv4. Accounts opened since March 2025 may not use it in mainland China.</summary>
    Public,

    /// <summary>
    /// <c>oss-cn-hangzhou-internal.aliyuncs.com</c>: from machines of Alibaba Cloud in the bucket's own region only. Its traffic is not
    /// billed.
    /// </summary>
    Internal,

    /// <summary>
    /// <c>oss-accelerate.aliyuncs.com</c>: from far away. Transfer acceleration must be switched on for the bucket; it is billed. The
    /// endpoint for acceleration outside mainland China only, <c>oss-accelerate-overseas.aliyuncs.com</c>, must be written as an endpoint.
    /// </summary>
    Accelerated,

    /// <summary><c>cn-hangzhou.oss.aliyuncs.com</c>: from anywhere, by IPv6 or IPv4, in the regions that have it.</summary>
    DualStack,
}

/// <summary>Checks the id of a region, and makes its endpoints.</summary>
internal static class OssRegion
{
    private const string ServiceDomain = ".aliyuncs.com";
    private const string InternalSuffix = "-internal";

    // 'cn-hangzhou-h', 'ap-southeast-1a'. Only ids that begin as those of Alibaba Cloud, since gateways have ids of their own.
    private static readonly Regex Zone = new("^(?<region>(cn|ap|us|eu|me|na)-[a-z0-9-]*?)(-[a-z]|(?<=[0-9])[a-z])$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    /// <summary>The host of a region's endpoint. Call it only if <see cref="FaultOf"/> returned null.</summary>
    public static string EndpointOf(string region, OssNetwork network) => network switch
    {
        OssNetwork.Internal => "oss-" + region + InternalSuffix + ServiceDomain,
        OssNetwork.Accelerated => "oss-accelerate" + ServiceDomain,
        OssNetwork.DualStack => region + ".oss" + ServiceDomain,
        _ => "oss-" + region + ServiceDomain,
    };

    /// <summary>What is wrong with the setting Region, and what to write instead if a region can be read from it; null if nothing is wrong.</summary>
    /// <param name="region">The region as written, not empty.</param>
    /// <param name="hasEndpoint">Whether the endpoint is a setting too, so that Network must not be.</param>
    public static string? FaultOf(string region, bool hasEndpoint)
    {
        if (SettingFault.OfBlanks("Region", region) is { } blanks)
            return blanks;

        var (id, network) = Read(region);
        if (id == region && IsId(id))
            return null;

        var shown = SettingFault.Shown(region);
        if (network == OssNetwork.Accelerated)
            return $"Region: {shown} names no region, but acceleration; write the bucket's own region, 'cn-hangzhou' for instance{Cure(network, hasEndpoint)}.";

        // If the text is a secret, an id that is read from it would show the secret.
        if (!IsId(id) || SecretText.LooksLikeOne(region))
            return $"Region: {shown} is not a region id; write lower-case letters, digits and hyphens only, 'cn-hangzhou' for instance.";

        var problem = network != OssNetwork.Public || region.Contains('.') ? "is the name of an endpoint"
            : region.StartsWith("oss-", StringComparison.Ordinal) ? "must not begin with 'oss-'"
            : Zone.IsMatch(region) ? "is a zone of a region"
            : "is not written as a region id";
        return $"Region: {shown} {problem}; write {SettingFault.Shown(id)}{Cure(network, hasEndpoint)}.";
    }

    private static string Cure(OssNetwork network, bool hasEndpoint) => network == OssNetwork.Public || hasEndpoint ? "" : $", and set Network to {network}";

    // Reads every form that is seen in consoles and configuration files: with scheme, bucket, 'oss-', '-internal', domain, zone, upper case
    // or underscores.
    private static (string Id, OssNetwork Network) Read(string text)
    {
        var name = WithoutScheme(text.ToLowerInvariant()).Replace('_', '-');
        var network = OssNetwork.Public;
        if (name.EndsWith(ServiceDomain, StringComparison.Ordinal))
        {
            name = name[..^ServiceDomain.Length];
            if (name.EndsWith(".oss", StringComparison.Ordinal))
                (name, network) = (name[..^".oss".Length], OssNetwork.DualStack);

            name = name[(name.LastIndexOf('.') + 1)..];
        }

        name = Without(name, "vpc100-");
        name = Without(name, "oss-");
        if (name is "accelerate" or "accelerate-overseas")
            return ("", OssNetwork.Accelerated);

        if (name.EndsWith(InternalSuffix, StringComparison.Ordinal))
            (name, network) = (name[..^InternalSuffix.Length], OssNetwork.Internal);

        return (Zone.Match(name) is { Success: true } zone ? zone.Groups["region"].Value : name, network);
    }

    private static string WithoutScheme(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        var host = start < 0 ? text : text[(start + 3)..];
        var end = host.IndexOfAny([':', '/']);
        return end < 0 ? host : host[..end];
    }

    private static string Without(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;

    private static bool IsId(string text) => text.Length > 0 && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');
}
