using OssLogSinks.Core.Client;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Reading;

namespace OssLogSinks.Tool.Compacting;

/// <summary>A copy of an object on this disk, as it is stored. Its bytes are those that the service has a checksum of.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Path">The copy.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Crc64">CRC-64 of these bytes.</param>
internal sealed record SourceCopy(string Key, string Path, long Length, ulong Crc64)
{
    /// <summary>Copies an object; null if its bytes are not those that the service has, because it grew for instance.</summary>
    public static async Task<SourceCopy?> TryFetchAsync(OssClient client, string key, long length, string path, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        await using (file.ConfigureAwait(false))
        {
            var stored = new ObjectStream(client, key, 0, length, time) { ComputesCrc64 = true };
            await using (stored.ConfigureAwait(false))
            {
                await stored.CopyToAsync(file, 128 * 1024, cancellationToken).ConfigureAwait(false);
                return stored.ServiceCrc64 is { } crc && crc != stored.Crc64 ? null : new SourceCopy(key, path, length, stored.Crc64);
            }
        }
    }

    /// <summary>The lines of the copy, with gzip opened. A line is valid until the next one is asked for.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
        using var lines = new LineReader(ObjectText.Open(file, Key));
        do
        {
            while (lines.TryRead(out var line))
                yield return line;
        }
        while (await lines.FillAsync(cancellationToken).ConfigureAwait(false));
    }
}
