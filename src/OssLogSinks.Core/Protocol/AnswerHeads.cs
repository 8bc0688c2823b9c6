using System.Globalization;

namespace OssLogSinks.Core.Protocol;

/// <summary>What the heads of successful answers tell. An answer without what its operation must tell is none.</summary>
internal static class AnswerHeads
{
    private const string MetadataPrefix = "x-oss-meta-";

    public static AppendObjectResult ReadAppend(HttpResponseMessage response)
    {
        var next = response.NumberOf("x-oss-next-append-position")
            ?? throw Unusable("AppendObject", "the next position", response);
        return new AppendObjectResult(next, response.Crc64Of(), response.HeaderOf("ETag"), response.RequestIdOf())
        {
            QosDelay = TimeSpan.FromMilliseconds(Math.Min(response.NumberOf("x-oss-qos-delay-time") ?? 0, int.MaxValue)),
        };
    }

    public static HeadObjectResult ReadHead(HttpResponseMessage response)
    {
        var length = response.NumberOf("Content-Length") ?? response.Content?.Headers.ContentLength
            ?? throw Unusable("HeadObject", "the object's length", response);
        return new HeadObjectResult(length, response.Crc64Of(), response.HeaderOf("x-oss-object-type"))
        {
            IsSealed = response.HeaderOf("x-oss-sealed-time") is not null,
            ETag = response.HeaderOf("ETag"),
            ContentType = response.HeaderOf("Content-Type"),
            LastModified = response.Content?.Headers.LastModified,
            StorageClass = response.HeaderOf("x-oss-storage-class"),
            Metadata = MetadataOf(response),
            RequestId = response.RequestIdOf(),
        };
    }

    public static SealObjectResult ReadSeal(HttpResponseMessage response)
    {
        var isTime = DateTimeOffset.TryParse(
            response.HeaderOf("x-oss-sealed-time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time);
        return new SealObjectResult(isTime ? time : null, response.RequestIdOf());
    }

    public static PutObjectResult ReadPut(HttpResponseMessage response) =>
        new(response.HeaderOf("ETag"), response.Crc64Of(), response.RequestIdOf());

    /// <summary>The range of a 206: <c>bytes first-last/total</c>.</summary>
    public static OssByteRange ReadContentRange(HttpResponseMessage response)
    {
        var text = response.HeaderOf("Content-Range") ?? "";
        const string Unit = "bytes ";
        var dash = text.IndexOf('-');
        var slash = text.IndexOf('/');
        if (text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase) && dash > Unit.Length && slash > dash
            && TryParse(text[Unit.Length..dash], out var first)
            && TryParse(text[(dash + 1)..slash], out var last)
            && last >= first)
        {
            return new OssByteRange(first, last - first + 1);
        }

        throw Unusable("GetObject", "a readable Content-Range", response);
    }

    /// <summary>The exception for an answer that reports success and cannot be from OSS, or not whole.</summary>
    public static OssException Unusable(string operation, string missing, HttpResponseMessage response) =>
        new($"{operation} was answered with status {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)} but without {missing}; what it did is unknown.")
        {
            Kind = response.RequestIdOf() is null ? OssFailureKind.NotOss : OssFailureKind.Unknown,
            RequestId = response.RequestIdOf(),
        };

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static Dictionary<string, string> MetadataOf(HttpResponseMessage response)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in response.Headers)
        {
            if (header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            {
                metadata[header.Key[MetadataPrefix.Length..].ToLowerInvariant()] = string.Join(",", header.Value);
            }
        }

        return metadata;
    }
}
