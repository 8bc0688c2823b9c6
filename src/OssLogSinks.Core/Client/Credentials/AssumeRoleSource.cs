namespace OssLogSinks.Core.Client.Credentials;

/// <summary>Assumes a role with the credentials of a provider, which is asked at each renewal.</summary>
internal sealed class AssumeRoleSource(StsRole role, IOssCredentialsProvider caller, StsClient sts, CredentialsSurroundings surroundings) : ICredentialsSource
{
    public string Name => "ram_role_arn";

    /// <summary>Which source the caller has chosen; null if it has nothing to choose, or has not chosen yet.</summary>
    public string? Choice => (caller as IRenewingProvider)?.Choice is { } choice ? $"{Name}/{choice}" : null;

    public ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        OssCredentials? used = null;
        return sts.CallAsync(PrepareAsync, cancellationToken);

        // A caller that has no others would be refused again.
        async ValueTask<StsCall?> PrepareAsync(string? refused, CancellationToken token)
        {
            var rejected = StsRefusal.IsOfTheCaller(refused) ? used : null;
            used = await CallerAsync(rejected, token).ConfigureAwait(false);
            return used.Matches(rejected) ? null : new StsCall("AssumeRole", Form(), used);
        }
    }

    private async ValueTask<OssCredentials> CallerAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        try
        {
            return await caller.GetCredentialsAsync(rejected, cancellationToken).ConfigureAwait(false)
                ?? throw new OssCredentialsException("The source of the credentials for assuming the role returned null. Nothing was written.");
        }
        catch (Exception exception) when (exception is not (OssCredentialsException or OperationCanceledException))
        {
            throw OssCredentialsException.Of("The source of the credentials for assuming the role", exception);
        }
    }

    private (string Name, string? Value)[] Form() =>
    [
        ("RoleArn", role.Arn), ("RoleSessionName", role.SessionNameIn(surroundings)), ("DurationSeconds", role.DurationText),
        ("ExternalId", role.ExternalId), ("Policy", role.Policy),
    ];
}
