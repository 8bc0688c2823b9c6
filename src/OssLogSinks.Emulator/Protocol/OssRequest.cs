using Microsoft.AspNetCore.Http;

namespace OssLogSinks.Emulator.Protocol;

/// <summary>A request, addressed: which bucket and key, by which style, for which operation. Nothing in it is verified yet.</summary>
internal sealed record OssRequest(string Method, string? Bucket, string? Key)
{
    public required QueryParameters Query { get; init; }

    public required IHeaderDictionary Headers { get; init; }

    public string Host { get; init; } = "";

    /// <summary>The bucket is in the path of the URL.</summary>
    public bool IsPathStyle { get; init; }

    public OssOperation Operation { get; init; }

    /// <summary>False while bucket and key are not known, for good if the target cannot be decoded.</summary>
    public bool IsAddressed { get; init; }

    public string RequestId { get; init; } = "";

    /// <summary>Header value with several lines joined by a comma and trimmed; null if absent.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var values) ? values.ToString().Trim() : null;
}
