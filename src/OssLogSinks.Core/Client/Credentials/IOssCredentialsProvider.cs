namespace OssLogSinks.Core.Client.Credentials;

/// <summary>Where requests get what they are signed with. Asked before every attempt, by several threads at once.</summary>
public interface IOssCredentialsProvider
{
    /// <summary>Gives the credentials to sign the next request with.</summary>
    /// <param name="rejected">
    /// The credentials that the service has just refused (expired token, unknown key); null in the normal case.
    /// A provider that caches fetches again when it still holds these.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken);
}
