namespace OssLogSinks.Emulator;

/// <summary>A request as the emulator saw it, noted just before its answer went out.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Bucket">The bucket; null for a request to the service.</param>
/// <param name="Key">The object key, decoded; null or empty for a request to a bucket.</param>
/// <param name="Operation">The operation; <see cref="OssOperation.Any"/> if it was none that the emulator knows.</param>
public sealed record RecordedRequest(string Method, string? Bucket, string? Key, OssOperation Operation)
{
    /// <summary>The <c>position</c> parameter; null if it is absent or no number.</summary>
    public long? Position { get; init; }

    /// <summary>Bytes of the body that was read; 0 if the request was refused before.</summary>
    public long BodyLength { get; init; }

    /// <summary>The status sent; 0 if the connection was closed instead.</summary>
    public int Status { get; init; }

    /// <summary>The error code of the answer; null if there was none.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The <c>x-oss-request-id</c> of the answer.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>
    /// The request headers; names compare without case. Empty for a request whose sender did not prove who it is; method, bucket and key of
    /// such a one are cut to 200 characters.
    /// </summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>When it was answered, by the emulator's clock.</summary>
    public DateTimeOffset Time { get; init; }
}
