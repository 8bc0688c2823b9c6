namespace OssLogSinks.Core.Client;

/// <summary>The service's answer to a seal: the object takes no more appends.</summary>
/// <param name="SealedAt">When the object was first sealed (<c>x-oss-sealed-time</c>); null if the service does not say.</param>
/// <param name="RequestId">The service's name for this request; null if absent.</param>
public sealed record SealObjectResult(DateTimeOffset? SealedAt, string? RequestId);
