using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Operations;

/// <summary>One page of a listing; a common prefix counts like a key.</summary>
internal sealed record ListPage(IReadOnlyList<(string Key, ObjectState State)> Objects, IReadOnlyList<string> CommonPrefixes)
{
    public int Count => Objects.Count + CommonPrefixes.Count;

    /// <summary>The last key or common prefix of this page, after which the next one begins; null on the last page.</summary>
    public string? Next { get; init; }

    public static ListPage Take(Bucket bucket, ListQuery query)
    {
        var objects = new List<(string Key, ObjectState State)>();
        var prefixes = new List<string>();
        var last = "";
        foreach (var (key, state) in bucket.List(query.Prefix))
        {
            var folded = Fold(key, query);
            if (KeyOrder.Compare(folded ?? key, query.After) <= 0 || (folded is not null && folded == last))
                continue;

            if (objects.Count + prefixes.Count == query.MaxKeys)
                return new ListPage(objects, prefixes) { Next = last };

            last = folded ?? key;
            if (folded is null)
                objects.Add((key, state));
            else
                prefixes.Add(folded);
        }

        return new ListPage(objects, prefixes);
    }

    private static string? Fold(string key, ListQuery query)
    {
        var end = query.Delimiter.Length == 0 ? -1 : key.IndexOf(query.Delimiter, query.Prefix.Length, StringComparison.Ordinal);
        return end < 0 ? null : key[..(end + query.Delimiter.Length)];
    }
}

/// <summary>What to list: the keys with a prefix, after a given key, grouped by a delimiter.</summary>
internal sealed record ListQuery(string Prefix, string Delimiter, string After, int MaxKeys);
