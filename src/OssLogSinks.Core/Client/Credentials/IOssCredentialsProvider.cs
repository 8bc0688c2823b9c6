using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Gives the credentials that requests are signed with. Called before every attempt, by several threads at once; after a failure of your own
/// provider, again only after 5 seconds.
/// </summary>
public interface IOssCredentialsProvider
{
    /// <summary>Gives the credentials to sign the next request with.</summary>
    /// <param name="rejected">
    /// The credentials that the service has just refused (expired token, unknown key); null in the normal case.
    /// A provider that caches must fetch again if it still holds these.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OssCredentialsException">No valid credentials could be got.</exception>
    ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken);
}

/// <summary>Gives the same credentials each time. For keys that do not change while the application runs.</summary>
public sealed class StaticCredentialsProvider : IOssCredentialsProvider
{
    /// <summary>Takes an access key, or temporary credentials.</summary>
    /// <param name="accessKeyId">The access key's id.</param>
    /// <param name="accessKeySecret">The access key's secret.</param>
    /// <param name="securityToken">The STS token of temporary credentials, which cannot be renewed here; null for an access key.</param>
    /// <exception cref="ArgumentException">A part cannot be what it should be; see <see cref="OssCredentials.Validate"/>.</exception>
    public StaticCredentialsProvider(string accessKeyId, string accessKeySecret, string? securityToken = null)
        : this(new OssCredentials(accessKeyId, accessKeySecret, securityToken))
    {
    }

    /// <summary>Takes credentials.</summary>
    /// <param name="credentials">What to give each time.</param>
    /// <exception cref="ArgumentNullException">The credentials are null.</exception>
    public StaticCredentialsProvider(OssCredentials credentials) =>
        Credentials = credentials ?? throw new ArgumentNullException(nameof(credentials));

    internal OssCredentials Credentials { get; }

    /// <summary>The secrets that a provider holds in memory. Empty for every provider that fetches its credentials, since that may take long.</summary>
    internal static string?[] SecretsOf(IOssCredentialsProvider? provider) =>
        provider is StaticCredentialsProvider { Credentials: var known } ? [known.AccessKeySecret.Reveal(), known.SecurityToken?.Reveal()] : [];

    /// <inheritdoc />
    public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) => new(Credentials);
}

/// <summary>
/// There were no credentials to sign a request with. Unlike every other <see cref="OssException"/> with status 0, it proves that nothing
/// was sent.
/// </summary>
/// <remarks>The message of such an exception is reported, also if your own provider throws it: put no secret into it.</remarks>
public class OssCredentialsException : OssException
{
    /// <summary>Creates an exception without details.</summary>
    public OssCredentialsException() => Kind = OssFailureKind.Credentials;

    /// <summary>Creates an exception with a message only.</summary>
    public OssCredentialsException(string message)
        : base(message) => Kind = OssFailureKind.Credentials;

    /// <summary>Creates an exception with the provider's own as its cause.</summary>
    public OssCredentialsException(string message, Exception? innerException)
        : base(message, innerException) => Kind = OssFailureKind.Credentials;

    /// <summary>Whether the next fetch may work.</summary>
    internal FetchOutlook Outlook { get; init; }

    /// <summary>Describes what a provider threw. Quotes this library's own messages only: others may hold a secret.</summary>
    internal static OssCredentialsException Of(string provider, Exception exception) => exception switch
    {
        InvalidCredentialsException invalid => new OssCredentialsException($"{provider} returned an invalid access key: {invalid.Fault} Nothing was written.", exception),
        TimeoutException => new OssCredentialsException($"{provider} did not answer in time: check the service that it asks. Nothing was written.", exception),
        _ => new OssCredentialsException($"{provider} failed with {exception.GetType().FullName}: look at the inner exception, or throw an OssCredentialsException whose message says more. Nothing was written.", exception),
    };
}
