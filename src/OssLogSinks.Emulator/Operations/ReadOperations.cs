using System.Globalization;
using System.Text;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Operations;

/// <summary>HeadObject, GetObjectMeta, GetObject and GetObjectTagging.</summary>
internal static class ReadOperations
{
    public static OssReply Head(Bucket bucket, OssRequest request) =>
        bucket.Find(request.Key!)?.State is { } state
            ? Preconditions.Check(request, state) ?? ObjectHeaders.Describe(state, bucket)
            : OssErrors.NoSuchKey(request.Key!);

    public static OssReply Meta(Bucket bucket, OssRequest request) =>
        bucket.Find(request.Key!)?.State is { } state
            ? new OssReply(200) { ContentLength = state.Length }
                .Set("ETag", state.ETag)
                .Set("Last-Modified", state.LastModified.ToString("r", CultureInfo.InvariantCulture))
                .Set(OssHeader.Crc64, state.Crc64.ToString(CultureInfo.InvariantCulture))
            : OssErrors.NoSuchKey(request.Key!);

    public static OssReply Get(Bucket bucket, OssRequest request)
    {
        var standard = request.Header(OssHeader.RangeBehavior) == "standard";
        var range = ByteRange.Whole;
        var reading = bucket.Find(request.Key!)?.Read(state =>
        {
            range = ByteRange.Resolve(request.Header("Range"), state.Length, standard);
            return range.IsSatisfiable ? (range.Start, range.LengthIn(state.Length)) : (0, 0);
        });
        if (reading is null)
            return OssErrors.NoSuchKey(request.Key!);

        if (Preconditions.Check(request, reading.State) is { } refusal)
            return refusal;

        if (!range.IsSatisfiable || reading.Bytes is null)
            return range.IsSatisfiable ? OssErrors.BytesNotKept : OssErrors.InvalidRange;

        var reply = ObjectHeaders.Describe(reading.State, bucket, range.IsPart ? 206 : 200) with { Bytes = reading.Bytes, ContentLength = range.LengthIn(reading.State.Length) };
        if (range.IsPart)
            reply.Set("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {range.Start}-{range.End}/{reading.State.Length}"));

        return OverrideHeaders(reply, request);
    }

    public static OssReply Tagging(Bucket bucket, OssRequest request)
    {
        if (bucket.Find(request.Key!)?.State is not { } state)
            return OssErrors.NoSuchKey(request.Key!);

        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").Open("Tagging").Open("TagSet");
        foreach (var (name, value) in state.Attributes.Tags)
            xml.Open("Tag").Element("Key", name).Element("Value", value).Close("Tag");

        return OssReply.Xml(xml.Close("TagSet").Close("Tagging").ToString());
    }

    private static OssReply OverrideHeaders(OssReply reply, OssRequest request)
    {
        foreach (var name in (ReadOnlySpan<string>)["Content-Type", "Content-Language", "Expires", "Cache-Control", "Content-Disposition", "Content-Encoding"])
            reply.Set(name, request.Query[$"response-{name.ToLowerInvariant()}"]);

        return reply;
    }
}
