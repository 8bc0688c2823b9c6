using OssLogSinks.Core.Client;
using OssLogSinks.Core.Keys;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Objects;

/// <summary>An argument that names an object or a prefix: <c>KEY</c> or <c>oss://BUCKET/KEY</c>.</summary>
internal readonly record struct ObjectPath(string? Bucket, string Key)
{
    private const string Scheme = "oss://";

    public static ObjectPath Parse(string text)
    {
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return new ObjectPath(null, text);

        var rest = text[Scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new ObjectPath(rest, "") : new ObjectPath(rest[..slash], rest[(slash + 1)..]);
    }

    /// <summary>The bucket that all paths name; null if none names one.</summary>
    /// <exception cref="ToolException">They name several.</exception>
    public static string? BucketOf(IEnumerable<ObjectPath> paths)
    {
        var buckets = paths.Select(path => path.Bucket).OfType<string>().Distinct().ToArray();
        return buckets.Length < 2 ? buckets.FirstOrDefault() : throw new ToolException(ExitCodes.Usage, "The paths name several buckets.", "Run the command once for each bucket.");
    }
}

/// <summary>Lists objects page by page.</summary>
internal static class BucketListing
{
    /// <summary>Whether an object can have lines: it is no folder, and no file of <c>compact</c>.</summary>
    public static bool IsLog(string key) => !key.EndsWith('/') && !key.EndsWith(".parquet", StringComparison.Ordinal);

    /// <summary>All objects with a prefix, in the order of their keys.</summary>
    public static async IAsyncEnumerable<OssObjectSummary> ListAsync(
        this OssClient client, string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var page = await client.ListObjectsAsync(new ListObjectsRequest { Prefix = prefix, ContinuationToken = next }, cancellationToken).ConfigureAwait(false);
            foreach (var found in page.Objects)
                yield return found;

            next = page.NextContinuationToken;
        }
        while (next is not null);
    }

    /// <summary>
    /// The objects that paths name: the object with exactly that key, or else all whose keys begin so. A <c>*</c> at the end asks for all.
    /// Folders, which are objects whose keys end with a slash, and Parquet files are left out, unless a path is exactly their key.
    /// </summary>
    /// <exception cref="ToolException">A path names nothing.</exception>
    public static async Task<List<OssObjectSummary>> FindAsync(this OssClient client, IEnumerable<ObjectPath> paths, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, OssObjectSummary>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var prefix = path.Key.EndsWith('*') ? path.Key[..^1] : path.Key;
            var isAny = false;
            await foreach (var summary in client.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                if (summary.Key != path.Key && !IsLog(summary.Key))
                    continue;

                isAny = true;
                found[summary.Key] = summary;

                // The exact key is the first one with its prefix.
                if (summary.Key == path.Key)
                    break;
            }

            if (!isAny)
                throw new ToolException(ExitCodes.NotFound, $"No object has the key '{path.Key}', and no key begins with it.", "Look for it with 'oss-logs ls'.");
        }

        return [.. found.Values];
    }
}

/// <summary>Lists what a search can find, with as few pages as it takes.</summary>
internal static class BucketSearch
{
    public static async IAsyncEnumerable<OssObjectSummary> SearchAsync(
        this OssClient client, ObjectKeySearch search, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = search.NextAfter("");
        while (after is not null)
        {
            var page = await client.ListObjectsAsync(new ListObjectsRequest { Prefix = search.Prefix, StartAfter = after }, cancellationToken).ConfigureAwait(false);
            foreach (var found in page.Objects.Where(found => search.CanHold(found.Key)))
                yield return found;

            after = page.NextContinuationToken is null ? null : search.NextAfter(page.Objects[^1].Key);
        }
    }
}
