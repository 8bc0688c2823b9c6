using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.SdkAdapters;

/// <summary>
/// Fetches credentials before each call, without blocking a thread. The SDK's own provider, which cannot wait, returns the last ones. After
/// OSS has refused credentials, which it does before it writes, the call is made once more with renewed ones.
/// </summary>
internal sealed class CallCredentials(OssRequestCredentials credentials)
{
    private OssCredentials? _current;

    /// <summary>The credentials to sign with.</summary>
    /// <exception cref="OssCredentialsException">None were fetched yet.</exception>
    public OssCredentials Current => Volatile.Read(ref _current) ?? throw new OssCredentialsException("No credentials were fetched. Nothing was written.");

    /// <summary>Makes a call.</summary>
    /// <exception cref="OssCredentialsException">There are no credentials; nothing was sent.</exception>
    public async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var used = await FetchAsync(rejected: null, cancellationToken).ConfigureAwait(false);
        OssCredentials renewed;
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (OssException e) when (OssRequestCredentials.AreRefused(e))
        {
            renewed = await FetchAsync(used, cancellationToken).ConfigureAwait(false);
            if (SignAlike(renewed, used))
                throw;
        }

        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (OssException e) when (OssRequestCredentials.AreRefused(e))
        {
            credentials.SetRefusedAtOnce(renewed);
            throw;
        }
    }

    /// <summary>Tells the provider the time of OSS.</summary>
    public void SetServiceTime(DateTimeOffset time) => credentials.SetServiceTime(time);

    private async Task<OssCredentials> FetchAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        var fetched = await credentials.GetAsync(rejected, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _current, fetched);
        return fetched;
    }

    private static bool SignAlike(OssCredentials one, OssCredentials other) =>
        one.AccessKeyId == other.AccessKeyId
        && one.AccessKeySecret.Reveal() == other.AccessKeySecret.Reveal()
        && one.SecurityToken?.Reveal() == other.SecurityToken?.Reveal();
}
