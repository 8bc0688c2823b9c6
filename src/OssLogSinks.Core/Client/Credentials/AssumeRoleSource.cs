namespace OssLogSinks.Core.Client.Credentials;

/// <summary>Assumes a role with the credentials of a provider, which is asked at each renewal.</summary>
internal sealed class AssumeRoleSource(StsRole role, IOssCredentialsProvider caller, StsClient sts, CredentialsSurroundings surroundings) : ICredentialsSource
{
    public string Name => "ram_role_arn";

    public ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        OssCredentials? used = null;
        return sts.CallAsync(PrepareAsync, cancellationToken);

        async ValueTask<StsCall> PrepareAsync(string? refused, CancellationToken token)
        {
            used = await CallerAsync(StsRefusal.IsOfTheCaller(refused) ? used : null, token).ConfigureAwait(false);
            return new StsCall("AssumeRole", Form(), used);
        }
    }

    private async ValueTask<OssCredentials> CallerAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        try
        {
            return await caller.GetCredentialsAsync(rejected, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (OssCredentialsException or OperationCanceledException))
        {
            throw OssCredentialsException.Of("The provider of the credentials that the role is assumed with", exception);
        }
    }

    private (string Name, string? Value)[] Form() =>
    [
        ("RoleArn", role.Arn), ("RoleSessionName", role.SessionNameIn(surroundings)), ("DurationSeconds", role.DurationText),
        ("ExternalId", role.ExternalId), ("Policy", role.Policy),
    ];
}
