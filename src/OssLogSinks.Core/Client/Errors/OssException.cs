using System.Net;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Errors;

/// <summary>
/// A request failed. With a <see cref="StatusCode"/>, the service (or a proxy) answered, and <see cref="Code"/>, if any, says why it
/// refused. With status 0, there was no usable answer, and it is unknown what the request did. But with an
/// <see cref="Credentials.OssCredentialsException"/>, nothing was sent.
/// </summary>
/// <remarks>
/// Message and <c>ToString()</c> contain no secret, no signature and no event text. Nor do they contain the message of an inner
/// exception, which may have a proxy's password or a signed address: see <see cref="Exception.InnerException"/>.
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

    /// <summary>HTTP status; 0 when no usable answer came.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The service's error code, <c>PositionNotEqualToLength</c> for instance; null when there was none to read.</summary>
    public string? Code { get; }

    /// <summary>
    /// The operation that was refused, as the service's documentation calls it, <c>AppendObject</c> for instance; null if it is not known.
    /// </summary>
    public string? Operation { get; init; }

    /// <summary>The service's finer error number (<c>x-oss-ec</c>), for its documentation; null if absent.</summary>
    public string? Ec { get; init; }

    /// <summary>The request id, which OSS support asks for; null if absent.</summary>
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
    /// Whether the refusal comes from OSS itself and not from a proxy or gateway: it has a request id (<c>x-oss-request-id</c>) and the code
    /// of an error document.
    /// </summary>
    internal bool IsFromOss => Code is not null && RequestId is not null;

    /// <summary>
    /// Whether OSS says that the object does not exist. A gateway's page may have a code too, but an object must not be begun again because
    /// of it.
    /// </summary>
    internal bool IsNoSuchKey => IsFromOss && Code == "NoSuchKey" && StatusCode == HttpStatusCode.NotFound;

    string IExplainedFailure.Advice => TroubleAdvice.For(this);

    string IExplainedFailure.HelpAnchor => TroubleAdvice.HelpAnchorFor(this);

    /// <summary>The section of docs/troubleshooting.md about this failure, unless set otherwise.</summary>
    public override string? HelpLink
    {
        get => base.HelpLink ?? HelpAnchors.LinkTo(TroubleAdvice.HelpAnchorFor(this));
        set => base.HelpLink = value;
    }

    /// <summary>
    /// Gives type, message and stack, and of inner exceptions the message if they are this library's own, otherwise the type only. No braces.
    /// </summary>
    public override string ToString() => PlainText.Describe(this) + (StackTrace is { } stack ? "\n" + PlainText.WithoutBraces(stack) : "");
}

/// <summary>What an operator can do about a failed request.</summary>
internal static class TroubleAdvice
{
    private const string SomethingElseAnswers =
        "A login page, a proxy, a firewall or another service answers instead of OSS: check the endpoint, its scheme (https:// or http://), the proxy and the network.";

    /// <summary>A sentence that says what to do; empty if there is nothing to add to the message.</summary>
    public static string For(OssException error) => error.Kind switch
    {
        OssFailureKind.Credentials => "Fix the source of the credentials; nothing is sent without them.",
        OssFailureKind.NameNotResolved => "Check the endpoint, the region and this machine's DNS.",
        OssFailureKind.ConnectionRefused => "Check the endpoint's host and port, and the firewall.",
        OssFailureKind.Unreachable or OssFailureKind.ConnectTimeout or OssFailureKind.NoAnswer =>
            "Check the endpoint, the firewall and the proxy; an internal endpoint works only from within its own region.",
        OssFailureKind.ConnectionLost => "The network, a firewall or a proxy closes the connection, or the endpoint needs https:// and is configured with http://.",
        OssFailureKind.Certificate =>
            "Check this machine's clock and trusted root certificates (a proxy that inspects TLS needs its own there, or in CertificateAuthority), and that the certificate is for the endpoint's host name.",
        OssFailureKind.Tls => "Write http:// in the endpoint if it does not use TLS; otherwise check its port, and that it supports TLS 1.2 or later.",
        OssFailureKind.Proxy => "Correct Proxy, ProxyUser and ProxyPassword, or exclude the endpoint from the proxy (ProxyBypass, or NO_PROXY for the system's proxy).",
        OssFailureKind.NotOss => SomethingElseAnswers,
        _ => ForCode(error),
    };

    /// <summary>A sentence that says what to do about a refused seal; empty if there is nothing to add to the message.</summary>
    public static string ForSeal(OssException error) => error.Code switch
    {
        "OperationNotSupported" => "Ask Alibaba Cloud support to enable SealAppendObject for the account, or turn off the sealing of finished objects.",
        "AccessDenied" when error.IsFromOss => "Grant the RAM action oss:SealAppendObject on the objects' keys to this access key, or turn off the sealing of finished objects.",
        _ => For(error),
    };

    /// <summary>The section of docs/troubleshooting.md about the failure.</summary>
    public static string HelpAnchorFor(OssException error) => error.Kind != OssFailureKind.Refused ? HelpAnchors.For(error.Kind) : error.Code switch
    {
        "NoSuchBucket" => HelpAnchors.NoBucket,
        "InvalidAccessKeyId" => HelpAnchors.AccessKey,
        "SignatureDoesNotMatch" => HelpAnchors.Signature,
        "SecurityTokenExpired" or "InvalidSecurityToken" or "AccessKeyIdAndSecurityTokenNotMatch" => HelpAnchors.Token,
        "RequestTimeTooSkewed" => HelpAnchors.Clock,
        "SecondLevelDomainForbidden" or "PublicEndpointForbidden" or "TransferAccelerationDisabled" => HelpAnchors.Region,
        "InvalidArgument" when IsRegionFault(error) => HelpAnchors.Region,
        "InvalidObjectState" => HelpAnchors.Archive,
        "AccessDenied" when error.IsFromOss => error.SuggestedEndpoint is null ? HelpAnchors.AccessDenied : HelpAnchors.Region,
        "AccessDenied" => HelpAnchors.NotOss,
        _ => HelpAnchors.Refused,
    };

    private static string ForCode(OssException error) => error.Code switch
    {
        "NoSuchBucket" => "Create the bucket, or correct its name; a bucket is found only at the endpoint of its own region.",
        "InvalidAccessKeyId" => "The access key does not exist or is disabled: correct the access key id.",
        "SignatureDoesNotMatch" => "Correct the access key secret; with signature V4, check the region too.",
        "SecurityTokenExpired" or "InvalidSecurityToken" or "AccessKeyIdAndSecurityTokenNotMatch" => "The temporary credentials have expired or do not belong together: get new ones.",
        "RequestTimeTooSkewed" => "Correct this machine's clock.",
        "SecondLevelDomainForbidden" => "OSS needs the bucket in the host name: do not use the path addressing style.",
        "PublicEndpointForbidden" => "This account cannot use the public endpoint: set Network to Internal on a machine in the bucket's region, or use a custom domain.",
        "TransferAccelerationDisabled" => "Enable transfer acceleration for the bucket, or use its regional endpoint.",
        "InvalidObjectState" => "The object is in an archive storage class: restore it, and use a storage class that accepts appends for log objects.",
        "UserDisable" or "BucketDisable" or "AbnormalBucketOwnerStatus" => "The account or the bucket is blocked, or a payment is overdue: check both in the Alibaba Cloud console.",
        "InvalidArgument" when IsRegionFault(error) => "Correct the region: it must be the bucket's own, as its id alone, such as cn-hangzhou.",
        "AccessDenied" when error.IsFromOss && error.SuggestedEndpoint is { } endpoint => $"The bucket is in another region: use the endpoint {endpoint} and its region.",
        "AccessDenied" when error.IsFromOss => MissingAction(error),

        // A permission is missing only if OSS itself says so.
        "AccessDenied" => SomethingElseAnswers,
        null when (int)error.StatusCode is >= 300 and < 500 => SomethingElseAnswers,
        _ => "",
    };

    private static string MissingAction(OssException error) => error.Operation switch
    {
        "AppendObject" => "Grant this access key the RAM action oss:PutObject on the objects' keys, and oss:PutObjectTagging if tags are set.",
        "HeadObject" or "GetObject" => "Grant this access key the RAM action oss:GetObject on the objects' keys.",
        _ => "Grant this access key the RAM actions oss:PutObject and oss:GetObject on the objects' keys.",
    };

    private static bool IsRegionFault(OssException error) => error.Ec is "0002-00000226" or "0002-00000228" or "0002-00000227";
}
