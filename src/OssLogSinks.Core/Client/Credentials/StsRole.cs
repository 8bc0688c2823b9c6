namespace OssLogSinks.Core.Client.Credentials;

/// <summary>A role to assume, and how.</summary>
/// <param name="Arn">The role's ARN.</param>
internal sealed record StsRole(string Arn)
{
    private const int LongestSessionName = 64;

    /// <summary>The session's name, which audit trails show; null for that of the environment, or else of this machine.</summary>
    public string? SessionName { get; init; }

    public string? ExternalId { get; init; }

    public string? Policy { get; init; }

    /// <summary>In seconds; null for STS's default, an hour.</summary>
    public long? Duration { get; init; }

    /// <summary>The session's name to send.</summary>
    public string SessionNameIn(CredentialsSurroundings surroundings)
    {
        var name = string.IsNullOrWhiteSpace(SessionName) ? surroundings.Value("ALIBABA_CLOUD_ROLE_SESSION_NAME") : SessionName!.Trim();
        return name ?? Allowed("ossappend-" + Environment.MachineName);
    }

    /// <summary>Its duration as a field of a form.</summary>
    public string? DurationText => Duration?.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Allowed(string name)
    {
        var allowed = string.Concat(name.Select(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '.' or '@' or '-' or '_' ? c : '-'));
        return allowed.Length > LongestSessionName ? allowed.Substring(0, LongestSessionName) : allowed;
    }
}
