using Microsoft.AspNetCore.Http;

namespace OssLogSinks.Emulator.Protocol;

/// <summary>A request with its bucket, key, addressing style and operation. Nothing in it is verified yet.</summary>
internal sealed record OssRequest(string Method, string? Bucket, string? Key)
{
    public required QueryParameters Query { get; init; }

    public required IHeaderDictionary Headers { get; init; }

    public string Host { get; init; } = "";

    /// <summary>Whether the bucket is in the path of the URL.</summary>
    public bool IsPathStyle { get; init; }

    public OssOperation Operation { get; init; }

    /// <summary>Whether the target could be decoded, so that bucket and key, if it names them, are known.</summary>
    public bool IsAddressed { get; init; }

    public string RequestId { get; init; } = "";

    /// <summary>The header's value, trimmed; several values are joined by a comma. Null if absent.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var values) ? values.ToString().Trim() : null;
}
