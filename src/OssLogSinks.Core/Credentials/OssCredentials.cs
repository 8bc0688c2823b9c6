namespace OssLogSinks.Core.Credentials;

/// <summary>One snapshot of what a request is signed with. The parts belong together and are always used together.</summary>
public sealed class OssCredentials
{
    /// <summary>Takes a snapshot.</summary>
    /// <param name="accessKeyId">The access key's id.</param>
    /// <param name="accessKeySecret">The access key's secret.</param>
    /// <param name="securityToken">The STS token of temporary credentials; null for an access key.</param>
    /// <exception cref="ArgumentException">The id or the secret is empty.</exception>
    public OssCredentials(string accessKeyId, string accessKeySecret, string? securityToken = null)
    {
        AccessKeyId = Required(accessKeyId, nameof(accessKeyId));
        AccessKeySecret = new OssSecret(Required(accessKeySecret, nameof(accessKeySecret)));
        SecurityToken = string.IsNullOrEmpty(securityToken) ? null : new OssSecret(securityToken!);
    }

    /// <summary>The access key's id.</summary>
    public string AccessKeyId { get; }

    /// <summary>The access key's secret. Never written anywhere.</summary>
    public OssSecret AccessKeySecret { get; }

    /// <summary>The STS token; null for an access key. Never written anywhere but into the request.</summary>
    public OssSecret? SecurityToken { get; }

    /// <summary>When temporary credentials end; null if they do not, or if it is not known.</summary>
    public DateTimeOffset? Expiration { get; init; }

    /// <summary>Says which key it is, without its secret.</summary>
    public override string ToString() => SecurityToken is null ? $"access key {AccessKeyId}" : $"temporary access key {AccessKeyId}";

    /// <summary>Whether the other snapshot would sign requests in the same way.</summary>
    internal bool Matches(OssCredentials? other) =>
        other is not null
        && string.Equals(AccessKeyId, other.AccessKeyId, StringComparison.Ordinal)
        && string.Equals(AccessKeySecret.Reveal(), other.AccessKeySecret.Reveal(), StringComparison.Ordinal)
        && string.Equals(SecurityToken?.Reveal(), other.SecurityToken?.Reveal(), StringComparison.Ordinal);

    private static string Required(string value, string name) =>
        string.IsNullOrWhiteSpace(value) ? throw new ArgumentException("Must not be empty.", name) : value.Trim();
}
