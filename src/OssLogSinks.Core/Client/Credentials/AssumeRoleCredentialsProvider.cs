namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Assumes a RAM role (STS AssumeRole), keeps its temporary credentials, and renews them in time as <see cref="DelegateCredentialsProvider"/>
/// does. The caller needs the RAM action <c>sts:AssumeRole</c>, and the role's trust policy must trust the caller or its account.
/// </summary>
public sealed class AssumeRoleCredentialsProvider : IRenewingProvider
{
    private readonly AssumeRoleSource _role;
    private readonly FetchedCredentialsProvider _kept;

    /// <summary>Takes the role, and who assumes it. Nothing is asked yet.</summary>
    /// <param name="roleArn">The role's ARN: <c>acs:ram::1234567890123456:role/log-writer</c> for instance.</param>
    /// <param name="source">Gives the credentials to assume the role with, at each renewal. Default: the chain of <see cref="OssCredentialsProviders"/>.</param>
    /// <param name="sessionName">The session's name in audit trails. Default: the environment variable ALIBABA_CLOUD_ROLE_SESSION_NAME, or <c>ossappend-</c> and the machine's name.</param>
    /// <param name="externalId">The external id, if the role's trust policy asks for one. Default: none.</param>
    /// <exception cref="ArgumentException">The ARN is none of a role.</exception>
    public AssumeRoleCredentialsProvider(string roleArn, IOssCredentialsProvider? source = null, string? sessionName = null, string? externalId = null)
        : this(SourceSite.New(source), roleArn, source, new StsRole("") { SessionName = sessionName, ExternalId = externalId })
    {
    }

    internal AssumeRoleCredentialsProvider(SourceSite site, string roleArn, IOssCredentialsProvider? source, StsRole role)
    {
        if (ProblemOf(roleArn) is { } problem)
            throw new ArgumentException("The role's ARN " + problem, nameof(roleArn));

        _role = site.AssumeRole(role with { Arn = roleArn.Trim() }, source ?? new ChainCredentialsProvider(site));
        _kept = site.Keep(_role);
    }

    ServiceContact IRenewingProvider.Contact => _kept.Contact;

    string? IRenewingProvider.Choice => _role.Choice;

    /// <inheritdoc />
    /// <exception cref="OssCredentialsException">Nothing valid is held, and STS or the source gave none.</exception>
    public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) =>
        _kept.GetCredentialsAsync(rejected, cancellationToken);

    /// <summary>What is wrong with an ARN, as the end of a sentence; null if nothing is.</summary>
    internal static string? ProblemOf(string? roleArn) =>
        roleArn?.Trim() is { } arn && arn.StartsWith("acs:ram::", StringComparison.Ordinal) && arn.IndexOf(":role/", StringComparison.Ordinal) > 0
            ? null
            : "must be as acs:ram::1234567890123456:role/log-writer.";
}
