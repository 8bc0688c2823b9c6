using System.Globalization;
using Microsoft.AspNetCore.Http;
using OssLogSinks.Emulator.Operations;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Page;

/// <summary>Buckets, listings and the text of objects for the page.</summary>
internal sealed class StoredObjects(ObjectStore store)
{
    private const int PageLength = 500;

    public Task BucketsAsync(HttpContext context) => PageReply.JsonAsync(context, store.Buckets.Select(bucket =>
    {
        var objects = bucket.List("");
        return new { bucket.Name, objects = objects.Count, bytes = objects.Sum(found => found.State.Length) };
    }));

    /// <summary>One level of the tree below a prefix: the folders and the objects.</summary>
    public Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (store.Find(query["bucket"]) is not { } bucket)
            return PageReply.ErrorAsync(context, 404, "There is no such bucket.");

        var page = ListPage.Take(bucket, new ListQuery(query["prefix"].ToString(), "/", query["after"].ToString(), PageLength));
        return PageReply.JsonAsync(context, new
        {
            folders = page.CommonPrefixes,
            objects = page.Objects.Select(found => Describe(found.Key, found.State)),
            page.Next,
        });
    }

    /// <summary>The text of an object, with gzip opened; only its end if it is long.</summary>
    public async Task ContentAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var query = context.Request.Query;
        var reading = store.Find(query["bucket"])?.Find(query["key"].ToString())?.Read(state => (0, state.Length));
        if (reading?.Bytes is null)
        {
            var error = reading is null ? "There is no such object." : "This emulator is configured to keep no bodies, so there is nothing to show.";
            await PageReply.ErrorAsync(context, 404, error).ConfigureAwait(false);
            return;
        }

        var text = await ObjectText.ReadAsync(reading.Bytes, cancellationToken).ConfigureAwait(false);
        var headers = context.Response.Headers;
        headers["X-Object-Length"] = reading.State.Length.ToString(CultureInfo.InvariantCulture);
        headers["X-Object-Tag"] = reading.State.ETag;
        headers["X-Object-Crc64"] = reading.State.Crc64.ToString(CultureInfo.InvariantCulture);
        headers["X-Object-Description"] = Uri.EscapeDataString(Summarize(reading.State, text.IsGzip));
        headers["X-Text-Skipped"] = text.Skipped.ToString(CultureInfo.InvariantCulture);
        headers["X-Text-Fault"] = text.Fault is null ? "" : Uri.EscapeDataString(text.Fault);

        // Never the object's own type: it is shown as text and nothing else.
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = text.Length;
        foreach (var chunk in text.Chunks)
            await context.Response.Body.WriteAsync(chunk, cancellationToken).ConfigureAwait(false);
    }

    private static string Summarize(ObjectState state, bool isGzip)
    {
        var appends = state.IsAppendable ? $", {state.Appends} append{(state.Appends == 1 ? "" : "s")}" : "";
        return $"{state.Type}{(state.SealedAt is null ? "" : ", sealed")}{(isGzip ? ", gzip" : "")}{appends}";
    }

    private static object Describe(string key, ObjectState state) => new
    {
        key,
        state.Length,
        state.Type,
        state.Appends,
        isSealed = state.SealedAt is not null,
        modified = state.LastModified,
    };
}
