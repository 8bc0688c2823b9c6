using System.Globalization;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>What the heads of successful answers tell. An answer without what its operation must tell is none.</summary>
internal static class AnswerHeads
{
    private const string MetadataPrefix = "x-oss-meta-";
    private const string RequestIdHeader = "x-oss-request-id";
    private const string NextPositionHeader = "x-oss-next-append-position";
    private const string ObjectTypeHeader = "x-oss-object-type";
    private const string Crc64Header = "x-oss-hash-crc64ecma";

    /// <summary>Refuses to take an answer for one of OSS that does not name the request.</summary>
    /// <exception cref="OssException">The answer is from something else.</exception>
    public static void RequireRequestId(string operation, HttpResponseMessage response)
    {
        if (response.RequestIdOf() is null)
        {
            throw Unusable(operation, RequestIdHeader, response);
        }
    }

    public static AppendObjectResult ReadAppend(HttpResponseMessage response)
    {
        const string Operation = "AppendObject";
        var next = response.LengthOf(NextPositionHeader) ?? throw Unusable(Operation, Readable(NextPositionHeader), response);
        return new AppendObjectResult(next, ReadCrc64(Operation, response), response.HeaderOf("ETag"), response.RequestIdOf())
        {
            QosDelay = TimeSpan.FromMilliseconds(Math.Min(response.NumberOf("x-oss-qos-delay-time") ?? 0, int.MaxValue)),
        };
    }

    public static HeadObjectResult ReadHead(HttpResponseMessage response)
    {
        const string Operation = "HeadObject";
        var length = response.LengthOf("Content-Length") ?? throw Unusable(Operation, Readable("Content-Length"), response);
        var type = response.HeaderOf(ObjectTypeHeader) ?? throw Unusable(Operation, Readable(ObjectTypeHeader), response);
        if (response.HasHeader(NextPositionHeader) && response.LengthOf(NextPositionHeader) != length)
        {
            throw Unusable(Operation, $"an {NextPositionHeader} that is the object's length", response);
        }

        return new HeadObjectResult(length, ReadCrc64(Operation, response), type)
        {
            IsSealed = response.HasHeader("x-oss-sealed-time"),
            ETag = response.HeaderOf("ETag"),
            ContentType = response.HeaderOf("Content-Type"),
            ContentEncoding = response.HeaderOf("Content-Encoding"),
            LastModified = response.DateOf("Last-Modified"),
            StorageClass = response.HeaderOf("x-oss-storage-class"),
            Metadata = MetadataOf(response),
            RequestId = response.RequestIdOf(),
        };
    }

    public static SealObjectResult ReadSeal(HttpResponseMessage response) => new(response.DateOf("x-oss-sealed-time"), response.RequestIdOf());

    public static PutObjectResult ReadPut(HttpResponseMessage response) =>
        new(response.HeaderOf("ETag"), ReadCrc64("PutObject", response), response.RequestIdOf());

    /// <summary>The CRC-64 of the whole object; null if the answer has none.</summary>
    public static ulong? ReadCrc64(string operation, HttpResponseMessage response) =>
        response.HasHeader(Crc64Header)
            ? response.Crc64Of(Crc64Header) ?? throw Unusable(operation, Readable(Crc64Header), response)
            : null;

    /// <summary>The range of a 206: <c>bytes first-last/total</c>, where the total may be <c>*</c>.</summary>
    public static OssByteRange ReadContentRange(HttpResponseMessage response)
    {
        var text = response.HeaderOf("Content-Range") ?? "";
        const string Unit = "bytes ";
        var dash = text.IndexOf('-');
        var slash = text.IndexOf('/');
        if (text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase) && dash > Unit.Length && slash > dash
            && TryParse(text[Unit.Length..dash], out var first)
            && TryParse(text[(dash + 1)..slash], out var last)
            && last >= first && last < long.MaxValue
            && IsTotalBehind(last, text[(slash + 1)..])
            && IsLength(response, last - first + 1))
        {
            return new OssByteRange(first, last - first + 1);
        }

        throw Unusable("GetObject", "a readable Content-Range that fits the Content-Length", response);
    }

    /// <summary>The exception for an answer that reports success and cannot be from OSS, or not whole.</summary>
    public static OssException Unusable(string operation, string missing, HttpResponseMessage response) =>
        new($"{operation} was answered with status {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)}{By(response)} but without {missing}: this does not look like OSS. What the request did is unknown.")
        {
            Kind = OssFailureKind.NotOss,
            RequestId = response.RequestIdOf(),
        };

    private static string By(HttpResponseMessage response) =>
        response.RequestMessage?.RequestUri is { } uri ? $" by {uri.Host}:{uri.Port.ToString(CultureInfo.InvariantCulture)}," : "";

    private static string Readable(string header) => "a readable " + header;

    private static bool IsTotalBehind(long last, string total) => total == "*" || (TryParse(total, out var length) && length > last);

    // Without a Content-Length the body is counted as it comes.
    private static bool IsLength(HttpResponseMessage response, long length) =>
        !response.HasHeader("Content-Length") || response.LengthOf("Content-Length") == length;

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static Dictionary<string, string> MetadataOf(HttpResponseMessage response)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in response.Headers)
        {
            var value = string.Join(",", header.Value);
            if (header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase) && !value.Any(char.IsControl))
            {
                metadata[header.Key[MetadataPrefix.Length..].ToLowerInvariant()] = value;
            }
        }

        return metadata;
    }
}
