namespace OssLogSinks.Core.Client.Credentials;

/// <summary>What the sources of one provider share: the machine, and what the client tells.</summary>
internal sealed record SourceSite(CredentialsSurroundings Surroundings, ServiceContact Contact)
{
    /// <summary>Of the machine, or of the test that runs.</summary>
    /// <param name="source">The provider that the new one asks; null if it asks none.</param>
    public static SourceSite New(IOssCredentialsProvider? source = null)
    {
        var surroundings = CredentialsSurroundings.Current;
        return new SourceSite(surroundings, (source as IRenewingProvider)?.Contact ?? new ServiceContact(surroundings.Time));
    }

    /// <summary>Keeps and renews what a source gives.</summary>
    public FetchedCredentialsProvider Keep(ICredentialsSource source) => new(source, Contact, Surroundings);

    public OidcSource Oidc(OidcSettings? settings = null, StsPlace? place = null) => new(settings ?? new OidcSettings(), Sts(place), Surroundings);

    public AssumeRoleSource AssumeRole(StsRole role, ICredentialsSource caller, StsPlace place) => new(role, new Once(caller), Sts(place), Surroundings);

    public AssumeRoleSource AssumeRole(StsRole role, IOssCredentialsProvider caller) => new(role, caller, Sts(null), Surroundings);

    private StsClient Sts(StsPlace? place) => new(place ?? new StsPlace(), Contact, Surroundings);

    // The role's own credentials are kept, so its source is asked only when they are renewed.
    private sealed class Once(ICredentialsSource source) : IOssCredentialsProvider
    {
        public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) => source.FetchAsync(cancellationToken);
    }
}
