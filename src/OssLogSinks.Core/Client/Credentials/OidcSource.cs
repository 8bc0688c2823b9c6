using OssLogSinks.Core.Client.Platform;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>What RRSA needs, as far as a profile says it; the environment says the rest.</summary>
/// <param name="Role">The role; null for that of the environment.</param>
/// <param name="ProviderArn">The ARN of the OIDC provider; null for that of the environment.</param>
/// <param name="TokenFile">The file with the token; null for that of the environment.</param>
internal sealed record OidcSettings(StsRole? Role = null, string? ProviderArn = null, string? TokenFile = null);

/// <summary>
/// Exchanges an OIDC token, that of a pod for instance, for credentials (RRSA, AssumeRoleWithOIDC). The token is read again for each call,
/// as it is renewed in its file.
/// </summary>
internal sealed class OidcSource(OidcSettings settings, StsClient sts, CredentialsSurroundings surroundings) : ICredentialsSource
{
    private const string RoleVariable = "ALIBABA_CLOUD_ROLE_ARN";
    private const string ProviderVariable = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
    private const string FileVariable = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";
    private const int LongestToken = 20_000;
    private const int MostBlanks = 1_000;

    public string Name => "oidc_role_arn";

    public ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        var role = settings.Role is { Arn.Length: > 0 } given ? given : (settings.Role ?? new StsRole("")) with { Arn = Required(null, RoleVariable) };
        var provider = Required(settings.ProviderArn, ProviderVariable);
        var file = Required(settings.TokenFile, FileVariable);
        string? used = null;
        return sts.CallAsync(PrepareAsync, cancellationToken);

        // The same token would be refused again.
        ValueTask<StsCall?> PrepareAsync(string? refused, CancellationToken token)
        {
            var (before, now) = (used, TokenIn(file));
            used = now;
            return new(StsRefusal.IsOfTheToken(refused) && before == now ? null : new StsCall("AssumeRoleWithOIDC", FormOf(role, provider, now), Caller: null));
        }
    }

    private (string Name, string? Value)[] FormOf(StsRole role, string provider, string token) =>
    [
        ("RoleArn", role.Arn), ("OIDCProviderArn", provider), ("OIDCToken", token), ("RoleSessionName", role.SessionNameIn(surroundings)),
        ("DurationSeconds", role.DurationText), ("Policy", role.Policy),
    ];

    private string Required(string? setting, string variable) =>
        (string.IsNullOrWhiteSpace(setting) ? surroundings.Value(variable) : setting!.Trim())
        ?? throw FetchFailures.NotSetUp($"The environment variable {variable} is not set. With RRSA, label the pod and annotate its service account; elsewhere, set the variable. Nothing was written.");

    private static string TokenIn(string file)
    {
        string? token;
        try
        {
            token = SmallFile.Read(file, LongestToken + MostBlanks)?.Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw FetchFailures.Passing($"The OIDC token file {SettingFault.Shown(file)} cannot be read ({exception.GetType().Name}): check its path and rights; in a pod, the mount of the service account token. Nothing was written.", exception);
        }

        if (token is not { Length: > 0 and <= LongestToken })
            throw FetchFailures.Passing($"The OIDC token file {SettingFault.Shown(file)} {(token is { Length: 0 } ? "is empty" : "is too long for a token")}: check what writes it; in a pod, the mount of the service account token. Nothing was written.");

        return token;
    }
}
