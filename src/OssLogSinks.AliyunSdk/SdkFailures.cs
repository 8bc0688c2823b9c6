using System.Globalization;
using System.Net;
using Aliyun.OSS.Common;
using OssLogSinks.SdkAdapters;
using OssException = OssLogSinks.Core.Client.Errors.OssException;

namespace OssLogSinks.AliyunSdk;

/// <summary>What the SDK throws, as the appender needs it: a refusal with its status and code, or an append in doubt.</summary>
internal static class SdkFailures
{
    public static Exception Translate(string operation, Exception error)
    {
        while (error is AggregateException { InnerException: { } inner })
            error = inner;

        return error switch
        {
            OssException => error,
            ServiceException refusal => Refusal(operation, refusal),
            HttpRequestException { StatusCode: { } status } => Codeless(operation, status),
            WebException { Response: HttpWebResponse response } => Codeless(operation, response.StatusCode),
            _ => new OssException($"{operation} got no usable answer ({error.GetType().Name}); it may have taken effect.", error),
        };
    }

    /// <summary>
    /// A status without a code: the answer of a HEAD, which has no body, or of a gateway. The appender sends a GET to learn what a 404 means.
    /// </summary>
    public static OssException Codeless(string operation, HttpStatusCode status) =>
        new(status, null, $"{operation} was answered with status {((int)status).ToString(CultureInfo.InvariantCulture)} and no error code.") { Operation = operation };

    // A code that is not known has no status here, so the append is in doubt: that is always safe.
    private static OssException Refusal(string operation, ServiceException refusal) => StatusOf(refusal.ErrorCode) is { } status
        ? new OssException(status, refusal.ErrorCode, $"OSS refused {operation} with status {((int)status).ToString(CultureInfo.InvariantCulture)} {refusal.ErrorCode}.")
        {
            Operation = operation,
            RequestId = SdkHeaders.Given(refusal.RequestId),
            HostId = SdkHeaders.Given(refusal.HostId),
        }
        : new OssException($"OSS answered {operation} with the code {refusal.ErrorCode}, which is not known here; it may have taken effect.", refusal)
        {
            Operation = operation,
            RequestId = SdkHeaders.Given(refusal.RequestId),
            HostId = SdkHeaders.Given(refusal.HostId),
        };

    // The SDK gives the code, but not the status.
    private static HttpStatusCode? StatusOf(string? code) => code switch
    {
        "PositionNotEqualToLength" or "ObjectNotAppendable" or "FileImmutable" or "AppendSealedObjectNotAllowed" or "FileAlreadyExists" => HttpStatusCode.Conflict,
        "NoSuchKey" or "NoSuchBucket" => HttpStatusCode.NotFound,
        "AccessDenied" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "RequestTimeTooSkewed" or "InvalidObjectState" or "InvalidSecurityToken"
            or "SecurityTokenExpired" or "AccessKeyIdAndSecurityTokenNotMatch" or "UserDisable" or "BucketDisable" => HttpStatusCode.Forbidden,
        "InvalidArgument" or "InvalidDigest" or "InvalidBucketName" or "InvalidObjectName" or "EntityTooLarge" or "IncompleteBody" or "RequestTimeout"
            or "BadRequest" or "MissingArgument" or "OperationNotSupported" or "InvalidEncryptionAlgorithmError" => HttpStatusCode.BadRequest,
        "MethodNotAllowed" => HttpStatusCode.MethodNotAllowed,
        "MissingContentLength" => HttpStatusCode.LengthRequired,
        "PreconditionFailed" => HttpStatusCode.PreconditionFailed,
        "InvalidRange" => HttpStatusCode.RequestedRangeNotSatisfiable,
        "QpsLimitExceeded" => HttpStatusCode.TooManyRequests,
        "InternalError" => HttpStatusCode.InternalServerError,
        "NotImplemented" => HttpStatusCode.NotImplemented,
        "ServiceUnavailable" or "SlowDown" or "ServerBusy" or "TotalQpsLimitExceeded" or "UploadTrafficRateLimitExceeded"
            or "DownloadTrafficRateLimitExceeded" => HttpStatusCode.ServiceUnavailable,
        _ => null,
    };
}
