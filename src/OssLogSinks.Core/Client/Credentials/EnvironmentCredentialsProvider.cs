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
    /// <exception cref="OssCredentialsException">Variables are missing or cannot be an access key; the message names them, and shows none.</exception>
    public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        foreach (var names in Sets)
        {
            var id = Read(names.Id);
            var secret = Read(names.Secret);
            if (id is null && secret is null)
                continue;

            if (id is null || secret is null)
            {
                var (missing, present) = id is null ? (names.Id, names.Secret) : (names.Secret, names.Id);
                throw new OssCredentialsException($"The environment variable {missing} is not set although {present} is.");
            }

            var token = Read(names.Token);
            RequirePlausible(names.Id, id);
            RequirePlausible(names.Secret, secret);
            RequirePlausible(names.Token, token);
            return new ValueTask<OssCredentials>(new OssCredentials(id, secret, token));
        }

        throw new OssCredentialsException(
            $"No credentials in the environment: set {Sets[0].Id} and {Sets[0].Secret}, or {Sets[1].Id} and {Sets[1].Secret}.");
    }

    private static void RequirePlausible(string name, string? value)
    {
        if (value is not null && OssCredentials.ProblemOf(value) is { } problem)
            throw new OssCredentialsException($"The environment variable {name} {problem}");
    }

    private string? Read(string name)
    {
        var value = _read(name);
        return string.IsNullOrWhiteSpace(value) ? null : value!.Trim();
    }

    private sealed record VariableNames(string Id, string Secret, string Token);
}
