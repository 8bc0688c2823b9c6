using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Reliability.Events;

namespace OssLogSinks.Reliability.Services;

/// <summary>Reads the objects of a run into the ledger, each once, in the order of their sequence.</summary>
internal sealed partial class ObjectReader(OssClient client, string prefix, Ledger ledger)
{
    // The newest objects of a sequence may still grow.
    private const int Newest = 2;
    private const int Tries = 300;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<string, int> _next = [];

    /// <summary>Reads everything that was not read before.</summary>
    public Task ReadRestAsync() => ReadAsync(newest: 0, deletes: false, CancellationToken.None);

    /// <summary>Reads everything, and deletes it.</summary>
    public Task ReadAndDeleteAsync() => ReadAsync(newest: 0, deletes: true, CancellationToken.None);

    /// <summary>Reads the objects that are left behind for good, and deletes them.</summary>
    public Task ReadFinishedAsync(CancellationToken cancellationToken) => ReadAsync(Newest, deletes: true, cancellationToken);

    private async Task ReadAsync(int newest, bool deletes, CancellationToken cancellationToken)
    {
        var chains = (await ListAsync(cancellationToken))
            .Select(found => (Found: found, Name: ChainName().Match(found.Key)))
            .Where(o => o.Name.Success)
            .Select(o => (o.Found, Chain: o.Name.Groups["chain"].Value, Sequence: int.Parse(o.Name.Groups["sequence"].ValueSpan, CultureInfo.InvariantCulture)))
            .GroupBy(o => o.Chain);

        foreach (var chain in chains)
        {
            var last = chain.Max(o => o.Sequence) - newest;
            foreach (var (found, _, sequence) in chain.OrderBy(o => o.Sequence).Where(o => o.Sequence >= _next.GetValueOrDefault(chain.Key) && o.Sequence <= last))
            {
                ledger.Read(found.Key, await PatientlyAsync(() => GetAsync(found.Key, cancellationToken), cancellationToken));
                _next[chain.Key] = sequence + 1;
                if (deletes)
                    await PatientlyAsync(() => DeleteAsync(found.Key, cancellationToken), cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<OssObjectSummary>> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<OssObjectSummary>();
        string? next = null;
        do
        {
            var request = new ListObjectsRequest { Prefix = prefix, ContinuationToken = next };
            var page = await PatientlyAsync(() => client.ListObjectsAsync(request, cancellationToken), cancellationToken);
            all.AddRange(page.Objects);
            next = page.NextContinuationToken;
        }
        while (next is not null);
        return all;
    }

    private async Task<string> GetAsync(string key, CancellationToken cancellationToken)
    {
        // The server may cut the answer off, or let it never end.
        var length = (await client.HeadObjectAsync(new HeadObjectRequest(key), cancellationToken))?.Length ?? throw new IOException($"{key} is gone.");
        using var answer = await client.GetObjectAsync(new GetObjectRequest(key), cancellationToken);
        using var bytes = new MemoryStream((int)length);
        var piece = new byte[64 << 10];
        while (bytes.Length <= length && await answer.Content.ReadAsync(piece, cancellationToken) is > 0 and var count)
            bytes.Write(piece, 0, count);
        return bytes.Length == length ? TextOf(key, bytes) : throw new IOException($"{key}: {bytes.Length} bytes came of {length}.");
    }

    // As any reader does who goes by the name.
    private static string TextOf(string key, MemoryStream bytes)
    {
        if (!key.EndsWith(".gz", StringComparison.Ordinal))
            return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);

        bytes.Position = 0;
        using var reader = new StreamReader(new GZipStream(bytes, CompressionMode.Decompress), Encoding.UTF8);
        var text = new StringBuilder();
        var piece = new char[64 << 10];
        try
        {
            while (reader.Read(piece) is > 0 and var count)
                text.Append(piece, 0, count);
        }
        catch (InvalidDataException e)
        {
            // Torn, as a line is that does not end: what could be read counts.
            text.Append("unreadable gzip: ").Append(e.Message);
        }

        return text.ToString();
    }

    private async Task<bool> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await client.DeleteObjectAsync(key, cancellationToken);
        }
        catch (OssException e) when (e.Code == "FileImmutable")
        {
            // A fault has put it under retention: it stays.
        }

        return true;
    }

    // The server may play its faults on us too, outages of half a minute among them.
    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await request();
            }
            catch (Exception e) when (e is OssException or HttpRequestException or IOException && failures < Tries)
            {
                // As a client waits between tries: nothing here says when the server answers again.
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    [GeneratedRegex(@"(?<chain>s\d+/[0-9a-z]+)-(?<sequence>\d+)\.log(\.gz)?$")]
    private static partial Regex ChainName();
}
