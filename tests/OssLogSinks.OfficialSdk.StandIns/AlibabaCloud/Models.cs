using System.Globalization;

namespace AlibabaCloud.OSS.V2.Models;

public abstract class ResultModel
{
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    public int StatusCode { get; internal set; }

    public string RequestId => Text("x-oss-request-id") ?? "";

    protected string? Text(string header) => Headers.TryGetValue(header, out var value) ? value : null;

    protected long? Number(string header) => Text(header) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
}

public sealed class AppendObjectRequest
{
    public string? Bucket { get; set; }

    public string? Key { get; set; }

    public long? Position { get; set; }

    public string? Acl { get; set; }

    public string? StorageClass { get; set; }

    public string? ServerSideEncryption { get; set; }

    public string? Tagging { get; set; }

    public string? CacheControl { get; set; }

    public string? ContentDisposition { get; set; }

    public string? ContentEncoding { get; set; }

    public string? ContentMd5 { get; set; }

    public string? ContentType { get; set; }

    public string? Expires { get; set; }

    public IDictionary<string, string>? Metadata { get; set; }

    public Stream? Body { get; set; }
}

public sealed class AppendObjectResult : ResultModel
{
    public long? NextAppendPosition => Number("x-oss-next-append-position");

    public string? HashCrc64 => Text("x-oss-hash-crc64ecma");
}

public sealed class HeadObjectRequest
{
    public string? Bucket { get; set; }

    public string? Key { get; set; }
}

public sealed class HeadObjectResult : ResultModel
{
    public long? ContentLength => Number("Content-Length");

    public string? HashCrc64 => Text("x-oss-hash-crc64ecma");

    public string? ObjectType => Text("x-oss-object-type");

    public string? ETag => Text("ETag");

    public string? ContentType => Text("Content-Type");

    public string? LastModified => Text("Last-Modified");

    public string? StorageClass => Text("x-oss-storage-class");

    public IDictionary<string, string>? Metadata => Headers
        .Where(h => h.Key.StartsWith("x-oss-meta-", StringComparison.OrdinalIgnoreCase))
        .ToDictionary(h => h.Key["x-oss-meta-".Length..], h => h.Value);
}

public sealed class GetObjectRequest
{
    public string? Bucket { get; set; }

    public string? Key { get; set; }

    public string? Range { get; set; }

    public string? RangeBehavior { get; set; }
}

public sealed class GetObjectResult : ResultModel
{
    public string? ContentRange => Text("Content-Range");

    public string? HashCrc64 => Text("x-oss-hash-crc64ecma");

    public Stream? Body { get; internal set; }
}
