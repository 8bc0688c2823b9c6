namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Reads credentials from environment variables before each request: <c>OSS_ACCESS_KEY_ID</c>, <c>OSS_ACCESS_KEY_SECRET</c> and
/// <c>OSS_SESSION_TOKEN</c>, or else <c>ALIBABA_CLOUD_ACCESS_KEY_ID</c>, <c>ALIBABA_CLOUD_ACCESS_KEY_SECRET</c> and
/// <c>ALIBABA_CLOUD_SECURITY_TOKEN</c>, the names that the official SDKs read. The first set with an id or a secret is used; sets are
/// never mixed.
/// </summary>
public sealed class EnvironmentCredentialsProvider : IOssCredentialsProvider
{
    private static readonly VariableNames[] Sets =
    [
        new("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"),
        new("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ];

    private readonly Func<string, string?> _read;

    /// <summary>Reads the environment of this process.</summary>
    public EnvironmentCredentialsProvider()
        : this(Environment.GetEnvironmentVariable)
    {
    }

    /// <summary>Reads variables from elsewhere.</summary>
    /// <param name="read">Gives a variable's value; null or blank if it is not set.</param>
    public EnvironmentCredentialsProvider(Func<string, string?> read) => _read = read ?? throw new ArgumentNullException(nameof(read));

    /// <inheritdoc />
    /// <exception cref="OssCredentialsException">
    /// Variables are missing or cannot be an access key; the message names them, without their values.
    /// </exception>
    public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        if (GivenIn(_read) is not { } names)
        {
            throw new OssCredentialsException($"No credentials in the environment: set {Sets[0].Id} and {Sets[0].Secret}, or {Sets[1].Id} and {Sets[1].Secret}.")
            {
                Outlook = FetchOutlook.NotSetUp,
            };
        }

        if (FaultOf(_read) is { } fault)
            throw new OssCredentialsException(fault) { Outlook = FetchOutlook.Lasting };

        return new ValueTask<OssCredentials>(new OssCredentials(Read(_read, names.Id)!, Read(_read, names.Secret)!, Read(_read, names.Token)));
    }

    /// <summary>What is wrong with the variables that are set; null if nothing is, or if none is set.</summary>
    internal static string? FaultOf(Func<string, string?> read)
    {
        if (GivenIn(read) is not { } names)
            return null;

        var (id, secret) = (Read(read, names.Id), Read(read, names.Secret));
        if (id is null || secret is null)
        {
            var (missing, present) = id is null ? (names.Id, names.Secret) : (names.Secret, names.Id);
            return $"The environment variable {missing} is not set although {present} is.";
        }

        string[] variables = [names.Id, names.Secret, names.Token];
        return variables.Select(name => Read(read, name) is { } value && OssCredentials.ProblemOf(value) is { } problem ? $"The environment variable {name} {problem}" : null)
            .FirstOrDefault(fault => fault is not null);
    }

    // The first set with an id or a secret.
    private static VariableNames? GivenIn(Func<string, string?> read) => Array.Find(Sets, names => (Read(read, names.Id) ?? Read(read, names.Secret)) is not null);

    private static string? Read(Func<string, string?> read, string name)
    {
        var value = read(name);
        return string.IsNullOrWhiteSpace(value) ? null : value!.Trim();
    }

    private sealed record VariableNames(string Id, string Secret, string Token);
}
