namespace OssLogSinks.Core.Client.Credentials;

/// <summary>Where STS is asked, as far as a profile or the code says it.</summary>
/// <param name="Endpoint">The host itself; null if it follows from the region.</param>
/// <param name="Region">The region; null if the environment or nothing says it.</param>
/// <param name="IsVpc">Whether the host inside the region's network is used; null if the environment says it.</param>
internal sealed record StsPlace(string? Endpoint = null, string? Region = null, bool? IsVpc = null)
{
    /// <summary>A switch in a text; null if there is none. Anything but <c>true</c> is no.</summary>
    public static bool? FlagIn(string? text) => Given(text) is { } given ? given.Equals("true", StringComparison.OrdinalIgnoreCase) : null;

    /// <summary>A text, trimmed; null if it is blank.</summary>
    public static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text!.Trim();
}

/// <summary>The host of STS. All hosts do the same; some are reached from inside their region only.</summary>
internal static class StsHost
{
    private const string Default = "sts.aliyuncs.com";

    // The official client has these exceptions.
    private static readonly HashSet<string> WithoutHost = new(StringComparer.Ordinal)
    {
        "cn-hangzhou-finance", "cn-beijing-finance-1", "cn-beijing-gov-1", "cn-wuhan", "cn-fujian", "cn-edge-1",
    };

    private static readonly HashSet<string> OnlyInside = new(StringComparer.Ordinal) { "cn-shenzhen-finance-1", "cn-north-2-gov-1" };

    private static readonly HashSet<string> NotInside = new(StringComparer.Ordinal) { "cn-qingdao", "cn-heyuan", "me-east-1" };

    /// <summary>
    /// Finds the host: what is set, what the environment says, the region's, and at last the one for all regions. If nothing says otherwise
    /// and OSS is reached inside its region, STS is too, if it has a host there: such machines may have no way to the internet. A switch that
    /// says no counts.
    /// </summary>
    /// <exception cref="OssCredentialsException">The host that is set is none.</exception>
    public static string Of(StsPlace place, CredentialsSurroundings surroundings, string? internalRegion)
    {
        if (place.Endpoint is { Length: > 0 } endpoint)
            return HostIn(endpoint, "The STS endpoint in the profile");
        if (surroundings.Value("ALIBABA_CLOUD_STS_ENDPOINT") is { } variable)
            return HostIn(variable, "The environment variable ALIBABA_CLOUD_STS_ENDPOINT");

        var isVpc = place.IsVpc ?? StsPlace.FlagIn(surroundings.Value("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"));
        if ((StsPlace.Given(place.Region) ?? surroundings.Value("ALIBABA_CLOUD_STS_REGION")) is { } region)
            return HostIn(OfRegion(region, isVpc == true), "The STS region");

        return internalRegion is null || isVpc == false || NotInside.Contains(internalRegion) ? Default : OfRegion(internalRegion, isVpc: true);
    }

    private static string OfRegion(string region, bool isVpc) =>
        WithoutHost.Contains(region) ? Default : $"sts{(isVpc || OnlyInside.Contains(region) ? "-vpc" : "")}.{region}.aliyuncs.com";

    private static string HostIn(string text, string what)
    {
        var host = text.Trim();
        if (host.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            host = host.Substring("https://".Length);

        host = host.TrimEnd('/');
        var isHost = host.Contains('.') && host.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '.');
        return isHost ? host : throw FetchFailures.Lasting($"{what} is no host name: write sts.cn-hangzhou.aliyuncs.com, for instance. Nothing was written.");
    }
}
