namespace OssLogSinks.Core.Client.Credentials;

/// <summary>Gives the same credentials each time. For keys that do not change while the application runs.</summary>
public sealed class StaticCredentialsProvider : IOssCredentialsProvider
{
    /// <summary>Takes an access key, or temporary credentials.</summary>
    /// <param name="accessKeyId">The access key's id.</param>
    /// <param name="accessKeySecret">The access key's secret.</param>
    /// <param name="securityToken">The STS token of temporary credentials, which cannot be renewed here; null for an access key.</param>
    /// <exception cref="ArgumentException">The id or the secret is empty.</exception>
    public StaticCredentialsProvider(string accessKeyId, string accessKeySecret, string? securityToken = null)
        : this(new OssCredentials(accessKeyId, accessKeySecret, securityToken))
    {
    }

    /// <summary>Takes credentials.</summary>
    /// <param name="credentials">What to give each time.</param>
    public StaticCredentialsProvider(OssCredentials credentials) =>
        Credentials = credentials ?? throw new ArgumentNullException(nameof(credentials));

    /// <summary>What is given each time.</summary>
    internal OssCredentials Credentials { get; }

    /// <summary>The secrets that a provider holds; none of one that fetches them, which may take long.</summary>
    internal static string?[] SecretsOf(IOssCredentialsProvider? provider) =>
        provider is StaticCredentialsProvider { Credentials: var known } ? [known.AccessKeySecret.Reveal(), known.SecurityToken?.Reveal()] : [];

    /// <inheritdoc />
    public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) => new(Credentials);
}
