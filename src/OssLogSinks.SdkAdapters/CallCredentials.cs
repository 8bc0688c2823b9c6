using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.SdkAdapters;

/// <summary>
/// Fetches credentials before each call, without blocking a thread. The SDK's own provider, which cannot wait, returns the last ones. After
/// OSS has refused credentials, which it does before it writes, the call is made once more with renewed ones.
/// </summary>
internal sealed class CallCredentials(IOssCredentialsProvider provider)
{
    // The library's own say which source they are; the text of a foreign one may be anything.
    private readonly string _name = $"The credentials provider {(provider.GetType().Assembly == typeof(OssCredentials).Assembly ? provider : provider.GetType().FullName)}";

    private OssCredentials? _current;

    /// <summary>The credentials to sign with.</summary>
    /// <exception cref="OssCredentialsException">None were fetched yet.</exception>
    public OssCredentials Current => Volatile.Read(ref _current) ?? throw new OssCredentialsException("No credentials were fetched. Nothing was written.");

    /// <summary>Makes a call.</summary>
    /// <exception cref="OssCredentialsException">There are no credentials; nothing was sent.</exception>
    public async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var used = await FetchAsync(rejected: null, cancellationToken).ConfigureAwait(false);
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (OssException e) when (AreRefused(e))
        {
            var renewed = await FetchAsync(used, cancellationToken).ConfigureAwait(false);
            if (SignAlike(renewed, used))
                throw;
        }

        return await call().ConfigureAwait(false);
    }

    private async Task<OssCredentials> FetchAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        try
        {
            var fetched = await provider.GetCredentialsAsync(rejected, cancellationToken).ConfigureAwait(false)
                ?? throw new OssCredentialsException($"{_name} returned null. Nothing was written.");
            Volatile.Write(ref _current, fetched);
            return fetched;
        }
        catch (Exception e) when (e is not OssCredentialsException && !cancellationToken.IsCancellationRequested)
        {
            // The message of a foreign provider may hold a secret.
            throw new OssCredentialsException($"{_name} failed with {e.GetType().FullName}. Nothing was written.", e);
        }
    }

    private static bool AreRefused(OssException error) =>
        error.RequestId is not null
        && error.Code is "SecurityTokenExpired" or "InvalidSecurityToken" or "InvalidAccessKeyId" or "AccessKeyIdAndSecurityTokenNotMatch";

    private static bool SignAlike(OssCredentials one, OssCredentials other) =>
        one.AccessKeyId == other.AccessKeyId
        && one.AccessKeySecret.Reveal() == other.AccessKeySecret.Reveal()
        && one.SecurityToken?.Reveal() == other.SecurityToken?.Reveal();
}
