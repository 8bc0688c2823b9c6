namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// The default chain: the first source that works is kept. Until then every source is asked again, each at its own pace after failures. A
/// source that is set up and fails ends the round: another one would be kept for good, and may be another identity.
/// </summary>
internal sealed class ChainCredentialsProvider : IRenewingProvider
{
    private readonly Step[] _steps;

    // The step that works; set once.
    private Step? _chosen;

    public ChainCredentialsProvider(SourceSite site)
    {
        Contact = site.Contact;
        ICredentialsSource[] sources = [site.Oidc(), new CliProfileSource(null, site), new IniProfileSource(null, site), new RamRoleSource(null, site.Surroundings), new UriSource(null, site)];
        _steps = [new Step("env", new EnvironmentCredentialsProvider(site.Surroundings.Variable)), .. sources.Select(source => new Step(source.Name, site.Keep(source)))];
    }

    public ServiceContact Contact { get; }

    public string? Choice => Volatile.Read(ref _chosen) is { } chosen ? "default/" + chosen.Name : null;

    public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) =>
        Volatile.Read(ref _chosen) is { } chosen ? chosen.Provider.GetCredentialsAsync(rejected, cancellationToken) : ChooseAsync(cancellationToken);

    private async ValueTask<OssCredentials> ChooseAsync(CancellationToken cancellationToken)
    {
        var said = new List<string>();
        OssCredentialsException? last = null;
        foreach (var step in _steps)
        {
            try
            {
                var credentials = await step.Provider.GetCredentialsAsync(rejected: null, cancellationToken).ConfigureAwait(false);
                Interlocked.CompareExchange(ref _chosen, step, null);
                return credentials;
            }
            catch (OssCredentialsException exception)
            {
                last = exception;
                said.Add($"{step.Name}: {Words(exception)}");
                if (exception.Outlook != FetchOutlook.NotSetUp)
                    break;
            }
        }

        throw new OssCredentialsException($"No source of credentials works. What each one said: {string.Join(" ", said)} Nothing was written.", last)
        {
            RetryAfter = last?.RetryAfter,

            // A source may still be set up.
            Outlook = last?.Outlook == FetchOutlook.Lasting ? FetchOutlook.Lasting : FetchOutlook.Passing,
        };
    }

    private static string Words(OssCredentialsException exception) => exception.Message.Replace(" Nothing was written.", "");

    private sealed record Step(string Name, IOssCredentialsProvider Provider);
}
