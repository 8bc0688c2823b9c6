using OssLogSinks.Core.Client;

namespace OssLogSinks.Tool.Objects;

/// <summary>
/// Lists a prefix again and again with few requests. Once it is longer than a page, most listings begin at the objects that were written
/// lately: their growth is seen, and so are the keys behind them, which later periods and sequence numbers have. Every
/// <see cref="FullInterval"/> the whole prefix is listed.
/// </summary>
/// <param name="client">The client of the bucket.</param>
/// <param name="prefix">The beginning of the keys. If it is the key of an object, only that object is listed.</param>
/// <param name="takesAll">Whether all keys are meant, also if one of them is the prefix.</param>
/// <param name="time">The clock.</param>
internal sealed class RepeatedListing(OssClient client, string prefix, bool takesAll, TimeProvider time)
{
    private const int KeysOfAPage = 1000;

    /// <summary>How often the whole prefix is listed.</summary>
    public static readonly TimeSpan FullInterval = TimeSpan.FromSeconds(30);

    /// <summary>How long after its last growth an object is looked at each time.</summary>
    public static readonly TimeSpan ActiveTime = TimeSpan.FromHours(1);

    // Used by one listing at a time: all keys in the service's order, their lengths, and when the active ones grew last.
    private readonly List<string> _keys = [];
    private readonly Dictionary<string, long> _lengths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _active = new(StringComparer.Ordinal);
    private DateTimeOffset _lastFull = DateTimeOffset.MinValue;
    private int _pages;
    private bool _isExact;

    /// <summary>Objects that may have grown, or are new, and others. The first call gives all objects.</summary>
    public async Task<IReadOnlyList<OssObjectSummary>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new List<OssObjectSummary>();
        var starts = time.GetUtcNow() - _lastFull < FullInterval ? Starts() : [];
        if (starts.Count == 0 || PagesOf(starts) >= _pages)
        {
            await ListFullAsync(found, cancellationToken).ConfigureAwait(false);
            return found;
        }

        string? end = null;
        foreach (var at in starts)
        {
            // A page often has the next active objects too.
            if (end is not null && Utf8Order.Compare(_keys[at], end) <= 0)
                continue;

            end = await ListFromAsync(at == 0 ? null : _keys[at - 1], found, cancellationToken).ConfigureAwait(false);
            if (end is null)
                break;
        }

        Remember(found);
        return found;
    }

    private async Task ListFullAsync(List<OssObjectSummary> found, CancellationToken cancellationToken)
    {
        var pages = 0;
        string? next = null;
        do
        {
            var request = new ListObjectsRequest { Prefix = prefix, ContinuationToken = next, MaxKeys = _isExact ? 1 : KeysOfAPage };
            var page = await client.ListObjectsAsync(request, cancellationToken).ConfigureAwait(false);
            found.AddRange(page.Objects);
            pages++;

            // The exact key is the first one with its prefix. Then no other object is meant.
            _isExact = !takesAll && found.Count > 0 && found[0].Key == prefix;
            next = _isExact ? null : page.NextContinuationToken;
        }
        while (next is not null);

        if (_isExact)
            found.RemoveRange(1, found.Count - 1);
        _lastFull = time.GetUtcNow();
        _pages = pages;
        _keys.Clear();
        Remember(found);
    }

    // The last key that was listed; null if there is none behind it. Behind the last known key, everything is new.
    private async Task<string?> ListFromAsync(string? after, List<OssObjectSummary> found, CancellationToken cancellationToken)
    {
        string? next = null;
        while (true)
        {
            var request = new ListObjectsRequest { Prefix = prefix, StartAfter = after, ContinuationToken = next };
            var page = await client.ListObjectsAsync(request, cancellationToken).ConfigureAwait(false);
            found.AddRange(page.Objects);
            next = page.NextContinuationToken;
            if (next is null || page.Objects.Count == 0)
                return null;
            if (Utf8Order.Compare(page.Objects[^1].Key, _keys[^1]) < 0)
                return page.Objects[^1].Key;
        }
    }

    // Where the active keys are. The last key of all is one of them.
    private List<int> Starts() => [.. Enumerable.Range(0, _keys.Count).Where(at => at == _keys.Count - 1 || _active.ContainsKey(_keys[at]))];

    private static int PagesOf(List<int> starts)
    {
        var (pages, covered) = (0, -1);
        foreach (var at in starts.Where(at => at > covered))
        {
            pages++;
            covered = at + KeysOfAPage - 1;
        }

        return pages;
    }

    private void Remember(List<OssObjectSummary> found)
    {
        var now = time.GetUtcNow();
        foreach (var item in found)
        {
            var isKnown = _lengths.TryGetValue(item.Key, out var length);
            if (!isKnown || length != item.Length)
                _active[item.Key] = isKnown ? now : item.LastModified ?? now;
            _lengths[item.Key] = item.Length;
            var at = _keys.Count == 0 || Utf8Order.Compare(_keys[^1], item.Key) < 0 ? ~_keys.Count : _keys.BinarySearch(item.Key, Utf8Order.Instance);
            if (at < 0)
                _keys.Insert(~at, item.Key);
        }

        foreach (var (key, grown) in _active)
        {
            if (now - grown > ActiveTime)
                _active.Remove(key);
        }
    }
}

/// <summary>The order of keys in a listing: that of their UTF-8 bytes.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static readonly Utf8Order Instance = new();

    public static int Compare(string x, string y)
    {
        for (var i = 0; i < Math.Min(x.Length, y.Length); i++)
        {
            if (x[i] != y[i])
                return Rank(x[i]) - Rank(y[i]);
        }

        return x.Length - y.Length;
    }

    int IComparer<string>.Compare(string? x, string? y) => Compare(x!, y!);

    // In UTF-16, characters beyond U+FFFF are made of two that come before U+E000; in UTF-8 they are last.
    private static int Rank(char c) => char.IsSurrogate(c) ? c + char.MaxValue : c;
}
