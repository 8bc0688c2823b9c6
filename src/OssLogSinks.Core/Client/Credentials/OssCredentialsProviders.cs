namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Every way to get credentials, by the word that configuration files use:
/// <list type="bullet">
/// <item><c>Chain</c>: the first of these that is set up: environment, Oidc, profiles, RamRole, Uri. If it fails, no
/// later one is used. The default where no key is set.</item>
/// <item><c>Environment</c>: access keys in environment variables, see <see cref="EnvironmentCredentialsProvider"/>.</item>
/// <item><c>Oidc</c>: the role of a pod (RRSA), from the environment variables that ACK injects.</item>
/// <item><c>RamRole</c>, <c>RamRole:name</c>: the RAM role of the ECS instance, from its metadata service.</item>
/// <item><c>Profile</c>, <c>Profile:name</c>: a profile of the aliyun CLI, or of <c>~/.alibabacloud/credentials</c>.</item>
/// <item><c>Uri</c>, <c>Uri:http://127.0.0.1:8080/credentials</c>: an address that answers with credentials. Without an address, that of the environment variable ALIBABA_CLOUD_CREDENTIALS_URI.</item>
/// <item><c>Process:command</c>: a program that writes credentials to its standard output.</item>
/// <item><c>AssumeRole:arn</c>: a role that is assumed with the credentials of the chain. After the ARN may follow <c>;source=</c> and another of these words, <c>;sessionName=</c> and <c>;externalId=</c>.</item>
/// </list>
/// </summary>
public static class OssCredentialsProviders
{
    private const string Words = "must be Chain, Environment, Oidc, RamRole, RamRole:name, Profile, Profile:name, Uri, Uri:address, Process:command or AssumeRole:arn.";

    /// <summary>
    /// Creates the provider for a word. It keeps what it gets, and renews it in time; only environment variables are read each time. Nothing is
    /// asked yet.
    /// </summary>
    /// <param name="name">The word; its case does not matter.</param>
    /// <exception cref="ArgumentException">The word cannot be used; the message says what it must be.</exception>
    public static IOssCredentialsProvider FromName(string name) =>
        TryFromName(name, out var provider, out var fault) ? provider! : throw new ArgumentException("The credentials word " + fault, nameof(name));

    /// <summary>As <see cref="FromName"/>, for settings: returns what is wrong with the word.</summary>
    /// <param name="name">The word.</param>
    /// <param name="provider">The provider; null if the word cannot be used.</param>
    /// <param name="fault">What the word must be, beginning with 'must'; null if it can be used. Never shows the word.</param>
    /// <returns>Whether the word can be used.</returns>
    public static bool TryFromName(string? name, out IOssCredentialsProvider? provider, out string? fault)
    {
        var site = SourceSite.New();
        provider = null;
        var found = Read((name ?? "").Trim(), site, out fault);
        if (fault is null)
            provider = new NamedCredentialsProvider(name!.Trim(), found!, site.Contact);
        return fault is null;
    }

    private static IOssCredentialsProvider? Read(string text, SourceSite site, out string? fault)
    {
        var colon = text.IndexOf(':');
        var word = (colon < 0 ? text : text.Substring(0, colon)).Trim().ToUpperInvariant();
        var rest = colon < 0 ? null : text.Substring(colon + 1).Trim();
        fault = null;
        switch (word, rest)
        {
            case ("CHAIN", null):
                return new ChainCredentialsProvider(site);
            case ("ENVIRONMENT", null):
                return new EnvironmentCredentialsProvider(site.Surroundings.Variable);
            case ("OIDC", null):
                return site.Keep(site.Oidc());
            case ("RAMROLE", null or { Length: > 0 }):
                return site.Keep(new RamRoleSource(rest, site.Surroundings));
            case ("PROFILE", null or { Length: > 0 }):
                return site.Keep(new NamedProfileSource(rest, site));
            case ("URI", null):
                return site.Keep(new UriSource(null, site));
            case ("URI", { Length: > 0 }):
                fault = UriSource.ProblemOf(rest!) is { } problem ? $"must have another address: this one {problem}." : null;
                return site.Keep(new UriSource(rest, site));
            case ("PROCESS", { Length: > 0 }):
                return site.Keep(new ProcessSource(rest!, site.Surroundings));
            case ("ASSUMEROLE", { Length: > 0 }):
                return AssumeRole(rest!, site, out fault);
            default:
                fault = Words;
                return null;
        }
    }

    private static AssumeRoleCredentialsProvider? AssumeRole(string rest, SourceSite site, out string? fault)
    {
        const string SourceOption = ";source=";
        var sourceAt = rest.IndexOf(SourceOption, StringComparison.OrdinalIgnoreCase);

        // The word of the source may itself have options, so it comes last.
        IOssCredentialsProvider? source = null;
        fault = null;
        if (sourceAt >= 0)
            source = Read(rest.Substring(sourceAt + SourceOption.Length).Trim(), site, out fault);

        var parts = (sourceAt < 0 ? rest : rest.Substring(0, sourceAt)).Split(';');
        var role = new StsRole("");
        foreach (var option in parts.Skip(1))
        {
            var equals = option.IndexOf('=');
            var value = option.Substring(equals + 1).Trim();
            switch (equals < 0 ? "" : option.Substring(0, equals).Trim().ToUpperInvariant())
            {
                case "SESSIONNAME":
                    role = role with { SessionName = value };
                    break;
                case "EXTERNALID":
                    role = role with { ExternalId = value };
                    break;
                default:
                    fault ??= "must have no other options after the ARN than ;sessionName=, ;externalId= and, as the last one, ;source=.";
                    break;
            }
        }

        if (AssumeRoleCredentialsProvider.ProblemOf(parts[0]) is not null)
            fault ??= $"must have an ARN as acs:ram::1234567890123456:role/log-writer.";
        return fault is null ? new AssumeRoleCredentialsProvider(site, parts[0], source, role) : null;
    }
}

/// <summary>A provider that was chosen by a word. Two are equal if their words are, so that a configuration that is read again is the same.</summary>
internal sealed class NamedCredentialsProvider(string word, IOssCredentialsProvider provider, ServiceContact contact) : IRenewingProvider
{
    private readonly string _word = word;

    public ServiceContact Contact => contact;

    public string? Choice => (provider as IRenewingProvider)?.Choice;

    public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) =>
        provider.GetCredentialsAsync(rejected, cancellationToken);

    public override bool Equals(object? obj) => obj is NamedCredentialsProvider other && other._word == _word;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_word);

    /// <summary>The first part of the word: the rest may be a command with a secret.</summary>
    public override string ToString() => _word.Split(':')[0];
}
