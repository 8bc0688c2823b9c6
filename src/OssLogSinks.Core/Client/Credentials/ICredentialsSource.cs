namespace OssLogSinks.Core.Client.Credentials;

/// <summary>Fetches credentials, each time it is asked. <see cref="FetchedCredentialsProvider"/> keeps and renews them.</summary>
internal interface ICredentialsSource
{
    /// <summary>The name that Alibaba Cloud's libraries report for it, <c>ecs_ram_role</c> for instance.</summary>
    string Name { get; }

    /// <summary>Fetches.</summary>
    /// <exception cref="OssCredentialsException">There are none; the message says why, and holds no secret.</exception>
    ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken);
}

/// <summary>Gives the credentials of a source, kept and renewed.</summary>
internal sealed class FetchedCredentialsProvider : IRenewingProvider
{
    // A process or a file may have others by then.
    private static readonly TimeSpan KeptWithoutExpiration = TimeSpan.FromMinutes(10);

    private readonly CredentialsRenewal _renewal;

    public FetchedCredentialsProvider(ICredentialsSource source, ServiceContact contact, CredentialsSurroundings surroundings)
    {
        Contact = contact;
        _renewal = new CredentialsRenewal(
            source.FetchAsync,
            new RenewalSettings($"The source of credentials {source.Name}", surroundings.Time, contact) { Chance = surroundings.Chance, KeepFor = KeptWithoutExpiration });
    }

    public ServiceContact Contact { get; }

    public string? Choice => null;

    public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) =>
        _renewal.GetAsync(rejected, cancellationToken);
}

/// <summary>Failures of sources, as exceptions.</summary>
internal static class FetchFailures
{
    public static OssCredentialsException Passing(string message, Exception? cause = null) => new(message, cause);

    public static OssCredentialsException Lasting(string message, Exception? cause = null) => new(message, cause) { Outlook = FetchOutlook.Lasting };

    public static OssCredentialsException NotSetUp(string message) => new(message) { Outlook = FetchOutlook.NotSetUp };
}
