using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Operations;

/// <summary>Checks the conditional headers of HEAD and GET, and refuses those that a write does not support.</summary>
internal static class Preconditions
{
    private static readonly string[] NotForWrites = ["If-Modified-Since", "If-Unmodified-Since"];

    public static OssReply? Check(OssRequest request, ObjectState state)
    {
        // HTTP dates have no fractions of a second.
        var modified = state.LastModified.AddTicks(-(state.LastModified.Ticks % TimeSpan.TicksPerSecond));
        if (request.Header("If-Match") is { } match && !Matches(match, state.ETag)
            || InstantText.TryParseHttp(request.Header("If-Unmodified-Since")) < modified)
        {
            return OssErrors.PreconditionFailed;
        }

        var unchanged = request.Header("If-None-Match") is { } none
            ? Matches(none, state.ETag)
            : InstantText.TryParseHttp(request.Header("If-Modified-Since")) >= modified;
        return unchanged ? new OssReply(304).Set("ETag", state.ETag) : null;
    }

    public static OssError? CheckWrite(OssRequest request)
    {
        if (request.Operation is not (OssOperation.PutObject or OssOperation.AppendObject))
            return null;

        var unknown = Array.Find(NotForWrites, request.Headers.ContainsKey);
        return unknown is null ? null : OssErrors.NotImplemented(unknown);
    }

    private static bool Matches(string header, string etag) =>
        header.Split(',', StringSplitOptions.TrimEntries).Any(item => item == "*" || item.Trim('"') == etag.Trim('"'));
}
