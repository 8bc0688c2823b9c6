using OssLogSinks.Core.Client;
using OssLogSinks.Tool.Objects;

namespace OssLogSinks.Tool.Reading;

/// <summary>
/// Follows prefixes: lists them again and again, as <see cref="RepeatedListing"/> does, and reads from each object that is new or has grown the
/// bytes from its known end on. An object that became shorter was deleted and begun again, so it is read from its start.
/// </summary>
internal sealed class PrefixTail
{
    private const int MostObjectsOfLastLines = 64;
    private const int LastBytes = 256 * 1024;

    private readonly OssClient _client;
    private readonly RepeatedListing[] _listings;
    private readonly TimeProvider _time;

    // Used by one poll at a time: how far each object was read, and what is known from its last lines.
    private readonly Dictionary<string, ObjectRange> _read = new(StringComparer.Ordinal);

    public PrefixTail(OssClient client, IReadOnlyList<ObjectPath> paths, TimeProvider time)
    {
        _client = client;
        _listings = [.. paths.Select(path => new RepeatedListing(client, path.Key.TrimEnd('*'), path.Key.EndsWith('*'), time))];
        _time = time;
    }

    /// <summary>
    /// Prints the last wanted lines, from the last parts of the objects that were written last, and remembers the ends of all.
    /// </summary>
    /// <returns>How many objects there are.</returns>
    public async Task<int> BeginAsync(int lines, LineQuery query, ILineWriter writer, CancellationToken cancellationToken)
    {
        var objects = await ListAsync(cancellationToken).ConfigureAwait(false);
        var latest = objects.OrderByDescending(found => found.LastModified).Take(lines == 0 ? 0 : MostObjectsOfLastLines).OrderBy(found => found.Key, StringComparer.Ordinal);
        var ranges = await Task.WhenAll(latest.Select(found => LastPartAsync(found, cancellationToken))).ConfigureAwait(false);

        var last = new LastLines(lines, writer);
        await new ObjectLines(_client, _time, query, last).ReadMergedAsync(ranges, cancellationToken).ConfigureAwait(false);
        last.End();
        foreach (var found in objects)
            _read[found.Key] = new ObjectRange(found.Key, 0, found.Length);

        foreach (var range in ranges)
            _read[range.Key] = range with { End = range.End - range.LeftLength };

        return objects.Count;
    }

    /// <summary>Prints what was appended since the last call, merged by time.</summary>
    public async Task PollAsync(LineQuery query, ILineWriter writer, CancellationToken cancellationToken)
    {
        var grown = new List<ObjectRange>();
        foreach (var found in await ListAsync(cancellationToken).ConfigureAwait(false))
        {
            var known = _read.GetValueOrDefault(found.Key);
            if (known is null || found.Length < known.End)
                known = new ObjectRange(found.Key, 0, 0);
            if (found.Length > known.End)
                grown.Add(new ObjectRange(found.Key, known.End, found.Length) { Context = known.Context, LeavesTornLine = !ObjectText.IsGzip(found.Key) });
        }

        await new ObjectLines(_client, _time, query, writer).ReadMergedAsync(grown, cancellationToken).ConfigureAwait(false);
        foreach (var range in grown)
            _read[range.Key] = range with { End = range.End - range.LeftLength };
    }

    private async Task<List<OssObjectSummary>> ListAsync(CancellationToken cancellationToken)
    {
        var objects = new Dictionary<string, OssObjectSummary>(StringComparer.Ordinal);
        foreach (var listing in _listings)
        {
            var found = await listing.ListAsync(cancellationToken).ConfigureAwait(false);
            foreach (var item in found.Where(item => BucketListing.IsLog(item.Key)))
                objects[item.Key] = item;
        }

        return [.. objects.Values];
    }

    private async Task<ObjectRange> LastPartAsync(OssObjectSummary found, CancellationToken cancellationToken)
    {
        var start = Math.Max(0, found.Length - LastBytes);
        if (!ObjectText.IsGzip(found.Key))
            return new ObjectRange(found.Key, start, found.Length) { BeginsInLine = start > 0, LeavesTornLine = true };
        if (start > 0)
            start += await GzipMembers.FirstStartAsync(_client, found.Key, start, found.Length, _time, cancellationToken).ConfigureAwait(false) ?? -start;

        return new ObjectRange(found.Key, start, found.Length);
    }

    /// <summary>Keeps the last lines only.</summary>
    private sealed class LastLines(int count, ILineWriter writer) : ILineWriter
    {
        private readonly Queue<byte[]> _lines = new();

        public void Write(ReadOnlySpan<byte> line)
        {
            if (count == 0)
                return;
            if (_lines.Count == count)
                _lines.Dequeue();

            _lines.Enqueue(line.ToArray());
        }

        public void End()
        {
            foreach (var line in _lines)
                writer.Write(line);
        }
    }
}

/// <summary>Finds where gzip members begin. Their bytes do not mark it, so a place counts if everything from there on can be opened.</summary>
internal static class GzipMembers
{
    private static ReadOnlySpan<byte> Beginning => [0x1F, 0x8B, 0x08];

    /// <summary>
    /// The first member that begins in a range which ends with a whole member, counted from the range's start; null if none does.
    /// </summary>
    public static async Task<long?> FirstStartAsync(OssClient client, string key, long start, long end, TimeProvider time, CancellationToken cancellationToken)
    {
        var bytes = new byte[end - start];
        var stored = new ObjectStream(client, key, start, end, time);
        await using (stored.ConfigureAwait(false))
            await stored.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);

        return await FirstStartAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int?> FirstStartAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            var next = bytes.AsSpan(at).IndexOf(Beginning);
            if (next < 0)
                return null;

            at += next;
            if (await CanOpenAsync(bytes, at, cancellationToken).ConfigureAwait(false))
                return at;
        }

        return null;
    }

    private static async Task<bool> CanOpenAsync(byte[] bytes, int start, CancellationToken cancellationToken)
    {
        var gzip = new GzipText(new MemoryStream(bytes, start, bytes.Length - start), "");
        await using var closing = gzip.ConfigureAwait(false);
        try
        {
            await gzip.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
