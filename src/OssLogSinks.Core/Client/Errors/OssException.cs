using System.Net;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Errors;

/// <summary>
/// A request that failed. With a <see cref="StatusCode"/> the service answered and <see cref="Code"/> says why it refused;
/// with status 0 no usable answer came, and what the request did is unknown.
/// </summary>
/// <remarks>
/// Message and <c>ToString()</c> hold no secret, no signature and no event text. The words of an inner exception are in neither: they
/// may hold a proxy's password or a signed address. Ask <see cref="Exception.InnerException"/> for them.
/// </remarks>
public class OssException : Exception, IExplainedFailure
{
    private readonly OssFailureKind? _kind;

    /// <summary>Creates an exception without details.</summary>
    public OssException()
    {
    }

    /// <summary>Creates an exception with a message only.</summary>
    public OssException(string message)
        : base(PlainText.OneLine(message))
    {
    }

    /// <summary>Creates an exception for a request that got no usable answer.</summary>
    public OssException(string message, Exception? innerException)
        : base(PlainText.OneLine(message), innerException)
    {
    }

    /// <summary>Creates an exception from the service's error answer.</summary>
    /// <param name="statusCode">HTTP status.</param>
    /// <param name="code">The service's error code; null when the answer had no readable error document.</param>
    /// <param name="message">The service's message, already free of secrets.</param>
    public OssException(HttpStatusCode statusCode, string? code, string message)
        : base(PlainText.OneLine(message))
    {
        StatusCode = statusCode;
        Code = code;
    }

    /// <summary>
    /// What kind of failure it is, to tell causes apart without reading messages. Default: <see cref="OssFailureKind.Unknown"/> without a
    /// status; otherwise <see cref="OssFailureKind.Refused"/> with a code or request id of OSS, and <see cref="OssFailureKind.NotOss"/> with neither.
    /// </summary>
    public OssFailureKind Kind
    {
        get => _kind ?? (StatusCode == 0 ? OssFailureKind.Unknown : Code is null && RequestId is null ? OssFailureKind.NotOss : OssFailureKind.Refused);
        init => _kind = value;
    }

    /// <summary>HTTP status; 0 when no answer came.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The service's error code, <c>PositionNotEqualToLength</c> for instance; null when there was none to read.</summary>
    public string? Code { get; }

    /// <summary>The operation that was refused, as the service's documentation calls it, <c>AppendObject</c> for instance; null if it is not known.</summary>
    public string? Operation { get; init; }

    /// <summary>The service's finer error number (<c>x-oss-ec</c>), for its documentation; null if absent.</summary>
    public string? Ec { get; init; }

    /// <summary>The service's name for this request, which its support asks for; null if absent.</summary>
    public string? RequestId { get; init; }

    /// <summary>The host that answered; null if absent.</summary>
    public string? HostId { get; init; }

    /// <summary>The endpoint that the service says is the right one for the bucket; null if it named none.</summary>
    public string? SuggestedEndpoint { get; init; }

    /// <summary>The object's length that a PositionNotEqualToLength answer tells (<c>x-oss-next-append-position</c>); null if absent.</summary>
    public long? NextPosition { get; init; }

    /// <summary>How long the service asks to wait (<c>Retry-After</c>); null if it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// Whether the refusal comes from OSS itself and not from a proxy or gateway in between: it has a request id
    /// (<c>x-oss-request-id</c>) and a code from OSS's error document.
    /// </summary>
    internal bool IsFromOss => Code is not null && RequestId is not null;

    string IExplainedFailure.Advice => TroubleAdvice.For(this);

    /// <summary>Gives type, message, the types of the inner exceptions and the stack; no braces, and no words of an inner exception.</summary>
    public override string ToString() => PlainText.Describe(this) + (StackTrace is { } stack ? "\n" + PlainText.WithoutBraces(stack) : "");
}
