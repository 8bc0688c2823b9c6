using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Page;

/// <summary>Sends what is appended below a prefix as it is stored, as server-sent events.</summary>
internal sealed class LiveTail(ObjectStore store, TimeProvider time)
{
    private const int MaxReaders = 32;
    private const int BacklogObjects = 20;

    // Changes that arrive close together are sent together.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // A line without content, so that a browser that has left is noticed.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private int _readers;

    public async Task FollowAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (store.Find(context.Request.Query["bucket"]) is null)
        {
            await PageReply.ErrorAsync(context, 404, "There is no such bucket.").ConfigureAwait(false);
            return;
        }

        if (Interlocked.Increment(ref _readers) > MaxReaders)
        {
            Interlocked.Decrement(ref _readers);
            await PageReply.ErrorAsync(context, 503, "Too many pages follow at once. Close some.").ConfigureAwait(false);
            return;
        }

        try
        {
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            await SendAllAsync(context, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }

    private async Task SendAllAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = TailRequest.Of(context.Request.Query);
        var followed = new Dictionary<string, FollowedObject>(StringComparer.Ordinal);
        var seen = store.Changed.Version;
        Begin(request, followed);
        await context.Response.WriteAsync(": following\n\n", cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (store.Find(request.Bucket) is { } bucket)
                await SendNewsAsync(context.Response, bucket, request, followed, cancellationToken).ConfigureAwait(false);

            await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            while (!await ChangesAsync(seen, cancellationToken).ConfigureAwait(false))
            {
                await context.Response.WriteAsync(":\n\n", cancellationToken).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            seen = store.Changed.Version;
        }
    }

    // An object that exists already is followed from the position that the page names. Without one, the newest objects are followed from shortly
    // before their end, so that the page is not empty, and all others from their end.
    private void Begin(TailRequest request, Dictionary<string, FollowedObject> followed)
    {
        var existing = store.Find(request.Bucket)!.Find(request.Matches).OrderByDescending(found => found.State.LastModified).ToList();

        // The page shows this object. If it no longer exists, SendNewsAsync reports it as deleted.
        if (request is { IsExact: true, From: not null })
            followed[request.Prefix] = new FollowedObject();

        for (var i = 0; i < existing.Count; i++)
        {
            var (key, state) = existing[i];
            var start = request.From ?? (i < BacklogObjects ? Math.Max(0, state.Length - request.Backlog) : state.Length);
            followed[key] = FollowedObject.At(start, state, startsWithinALine: request.From is null && start > 0 && start < state.Length);
        }
    }

    private static async Task SendNewsAsync(HttpResponse response, Bucket bucket, TailRequest request, Dictionary<string, FollowedObject> followed, CancellationToken cancellationToken)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, _) in bucket.Find(request.Matches).OrderBy(found => found.State.LastModified).ToList())
        {
            present.Add(key);
            if (!followed.TryGetValue(key, out var known))
                followed[key] = known = new FollowedObject();

            while (await known.ReadNewsAsync(bucket.Find(key)!, cancellationToken).ConfigureAwait(false) is { } news)
                await SendAsync(response, "append", new { key, news.Text, news.Length, news.Restarted, news.Fault }, cancellationToken).ConfigureAwait(false);
        }

        foreach (var key in followed.Keys.Where(key => !present.Contains(key)).ToList())
        {
            followed.Remove(key);
            await SendAsync(response, "deleted", new { key }, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task SendAsync(HttpResponse response, string name, object value, CancellationToken cancellationToken) =>
        response.WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(value, PageReply.Json)}\n\n", cancellationToken);

    private async Task<bool> ChangesAsync(long seen, CancellationToken cancellationToken)
    {
        var changed = store.Changed.NextAsync(seen);
        await changed.WaitAsync(Heartbeat, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return changed.IsCompleted;
    }
}

/// <summary>What to follow: the keys with a prefix, or one key, from a position or from the last <paramref name="Backlog"/> bytes.</summary>
internal sealed record TailRequest(string Bucket, string Prefix, bool IsExact, long? From, long Backlog)
{
    private const long DefaultBacklog = 32 << 10;

    public static TailRequest Of(IQueryCollection query) => new(
        query["bucket"].ToString(), query["prefix"].ToString(), query["exact"] == "1", Number(query["from"]), Number(query["backlog"]) ?? DefaultBacklog);

    public bool Matches(string key) => IsExact ? key == Prefix : key.StartsWith(Prefix, StringComparison.Ordinal);

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>How far one object was sent.</summary>
internal sealed class FollowedObject
{
    private const long MaxPart = 1 << 20;

    // An append may end within a character, so the decoder keeps its bytes for the next one.
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private long _position;
    private string? _tag;
    private bool _startsWithinALine;

    public static FollowedObject At(long position, ObjectState state, bool startsWithinALine) => new()
    {
        _position = position,
        _tag = state.IsAppendable ? null : state.ETag,
        _startsWithinALine = startsWithinALine,
    };

    /// <summary>What is new since the last call; null if nothing is.</summary>
    public async Task<TailNews?> ReadNewsAsync(KeySlot slot, CancellationToken cancellationToken)
    {
        var restarted = false;
        var reading = slot.Read(state =>
        {
            // Shorter, or uploaded again: it is another object now.
            restarted = state.Length < _position || (_tag is not null && _tag != state.ETag);
            _tag = state.IsAppendable ? null : state.ETag;
            _position = restarted ? 0 : _position;
            return (0, state.Length);
        });
        if (reading?.Bytes is not { } bytes || (reading.State.Length == _position && !restarted))
            return null;

        // Gzip can be opened only from the start of a member, so the last part of an object cannot be shown. A short object is shown from
        // its beginning; of a longer one, only what is appended from now on.
        var isGzip = ObjectText.StartsAsGzip(bytes);
        if (isGzip && _startsWithinALine)
        {
            _startsWithinALine = false;
            _position = reading.State.Length <= MaxPart ? 0 : reading.State.Length;
        }

        var length = isGzip ? reading.State.Length - _position : Math.Min(MaxPart, reading.State.Length - _position);
        var part = slot.Read(state => (_position, Math.Min(length, Math.Max(0, state.Length - _position))));
        if (part?.Bytes is null)
            return null;

        var text = await ObjectText.ReadAsync(part.Bytes, cancellationToken).ConfigureAwait(false);
        _position += part.Bytes.Sum(chunk => (long)chunk.Length);
        return new TailNews(WholeLines(Decode(text.Chunks)), _position, restarted) { Fault = text.Fault };
    }

    private string Decode(IReadOnlyList<ReadOnlyMemory<byte>> chunks)
    {
        var text = new StringBuilder();
        foreach (var chunk in chunks)
        {
            var characters = new char[_decoder.GetCharCount(chunk.Span, flush: false)];
            text.Append(characters.AsSpan(0, _decoder.GetChars(chunk.Span, characters, flush: false)));
        }

        return text.ToString();
    }

    private string WholeLines(string text)
    {
        if (!_startsWithinALine)
            return text;

        _startsWithinALine = false;
        return text[(text.IndexOf('\n') + 1)..];
    }
}

/// <summary>New text of an object, the length up to which it was sent, and whether the object was replaced by another before.</summary>
internal sealed record TailNews(string Text, long Length, bool Restarted)
{
    public string? Fault { get; init; }
}
