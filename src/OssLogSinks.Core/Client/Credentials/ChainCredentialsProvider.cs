namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// The default chain: the first source that works is kept. Until then every source is asked again, each at its own pace after failures. A
/// source that is set up and fails for now ends the round: another one would be kept for good.
/// </summary>
internal sealed class ChainCredentialsProvider : IRenewingProvider
{
    private readonly Step[] _steps;

    // What works; set once.
    private Chosen? _chosen;

    public ChainCredentialsProvider(SourceSite site)
    {
        Contact = site.Contact;
        _steps =
        [
            new Step("env", new EnvironmentCredentialsProvider(site.Surroundings.Variable), _ => false),
            Of(site.Oidc(), exception => exception.Outlook != FetchOutlook.NotSetUp),
            Of(new CliProfileSource(null, site), exception => exception.Outlook == FetchOutlook.Passing),
            Of(new IniProfileSource(null, site), exception => exception.Outlook == FetchOutlook.Passing),
            Of(new RamRoleSource(null, site.Surroundings), _ => false) with { NeedsSettings = false },
            Of(new UriSource(null, site), _ => false),
        ];

        Step Of(ICredentialsSource source, Func<OssCredentialsException, bool> endsTheRound) => new(source.Name, site.Keep(source), endsTheRound);
    }

    public ServiceContact Contact { get; }

    public string? Choice => Volatile.Read(ref _chosen)?.Text;

    public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) =>
        Volatile.Read(ref _chosen) is { } chosen ? chosen.Provider.GetCredentialsAsync(rejected, cancellationToken) : ChooseAsync(cancellationToken);

    private async ValueTask<OssCredentials> ChooseAsync(CancellationToken cancellationToken)
    {
        var said = new List<string>();
        var failed = new List<string>();
        OssCredentialsException? last = null;
        foreach (var step in _steps)
        {
            try
            {
                var credentials = await step.Provider.GetCredentialsAsync(rejected: null, cancellationToken).ConfigureAwait(false);
                Interlocked.CompareExchange(ref _chosen, new Chosen(step.Provider, ChoiceText(step, failed)), null);
                return credentials;
            }
            catch (OssCredentialsException exception)
            {
                last = exception;
                var words = $"{step.Name}: {Words(exception)}";
                said.Add(words);
                if (step.NeedsSettings && exception.Outlook != FetchOutlook.NotSetUp)
                    failed.Add(words);
                if (step.EndsTheRound(exception))
                    break;
            }
        }

        throw new OssCredentialsException($"No source of credentials works. What each one said: {string.Join(" ", said)} Nothing was written.", last) { RetryAfter = last?.RetryAfter };
    }

    // An operator who set up an earlier one has to see why it is not used.
    private static string ChoiceText(Step step, List<string> failed) =>
        "default/" + step.Name + (failed.Count == 0 ? "" : $". Sources before it failed: {string.Join(" ", failed).TrimEnd('.')}");

    private static string Words(OssCredentialsException exception) => exception.Message.Replace(" Nothing was written.", "");

    private sealed record Chosen(IOssCredentialsProvider Provider, string Text);

    private sealed record Step(string Name, IOssCredentialsProvider Provider, Func<OssCredentialsException, bool> EndsTheRound)
    {
        /// <summary>Whether somebody has set it up, unless it says otherwise. The metadata service is asked on every machine.</summary>
        public bool NeedsSettings { get; init; } = true;
    }
}
