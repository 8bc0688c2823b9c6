using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Tool.Compacting;

/// <summary>
/// Deletes objects whose events are in a checked Parquet file. An object is sealed first where the account may, so that no append comes
/// in between; it stays if it is not the one that was read.
/// </summary>
internal sealed class SourceRemoval(OssClient client)
{
    private bool _canSeal = true;

    /// <summary>Deletes one object.</summary>
    /// <returns>Whether it is gone; false if it is not the object that was read.</returns>
    public async Task<bool> TryDeleteAsync(CompactedSource source, CancellationToken cancellationToken)
    {
        if (await client.HeadObjectAsync(new HeadObjectRequest(source.Key), cancellationToken).ConfigureAwait(false) is not { } head)
            return true;
        if (head.Length != source.Length || (head.Crc64 is { } crc && crc != source.Crc64))
            return false;
        if (_canSeal && head.TakesAppends && !await TrySealAsync(source, cancellationToken).ConfigureAwait(false))
            return false;

        await client.DeleteObjectAsync(source.Key, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // False if something was appended meanwhile.
    private async Task<bool> TrySealAsync(CompactedSource source, CancellationToken cancellationToken)
    {
        try
        {
            await client.SealObjectAsync(source.Key, source.Length, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OssException exception) when (exception.Code is "PositionNotEqualToLength")
        {
            return false;
        }
        catch (OssException exception) when (exception.Code is not null && (int)exception.StatusCode is 400 or 403 or 405 or 501)
        {
            // The operation is off for many accounts. The age of the object has to do then.
            _canSeal = false;
            return true;
        }
    }
}
