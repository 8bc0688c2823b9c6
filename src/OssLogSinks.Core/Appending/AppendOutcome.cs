using System.Net;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <summary>The outcome of a request. The case says how to continue; <see cref="IsInDoubt"/> says whether an append is in doubt.</summary>
internal abstract record AppendOutcome
{
    // Refusals that OSS gives before it writes: bucket, signature, permission, argument. Refusals for the position or the kind of the object have
    // their own cases below. Other codes prove nothing: a front end may return them after the write.
    private static readonly HashSet<string> RefusedBeforeWriting = new(StringComparer.Ordinal)
    {
        "NoSuchBucket", "BucketDisable", "InvalidBucketName",
        "SignatureDoesNotMatch", "InvalidAccessKeyId", "SecurityTokenExpired", "InvalidSecurityToken", "AccessKeyIdAndSecurityTokenNotMatch", "RequestTimeTooSkewed",
        "AccessDenied", "UserDisable", "AbnormalBucketOwnerStatus", "SecondLevelDomainForbidden", "PublicEndpointForbidden", "TransferAccelerationDisabled",
        "KmsServiceNotEnabled", "MethodNotAllowed",
        "InvalidArgument", "MissingArgument", "InvalidObjectName", "InvalidDigest", "InvalidEncryptionAlgorithmError", "InvalidTaggingKey",
        "NotImplemented", "MissingContentLength",
    };

    /// <summary>
    /// Whether the append may have been written although it did not succeed, or may still be. False after success, after a refusal that OSS
    /// itself gives before it writes, and if nothing was sent.
    /// </summary>
    public virtual bool IsInDoubt => false;

    /// <summary>The failure to report; null if there is none.</summary>
    public RequestFailure? Failure => this switch
    {
        Refused refused => new(refused.Error, isPassing: false),
        Throttled throttled => new(throttled.Error, isPassing: true),
        Unanswered unanswered => new(unanswered.Error, isPassing: true),
        Unrecorded unrecorded => new(OssFailureKind.Buffer, unrecorded.Error, IsPassing: false),
        _ => null,
    };

    /// <summary>The service applied the append.</summary>
    public sealed record Appended(AppendObjectResult Result) : AppendOutcome;

    /// <summary>The object has another length.</summary>
    public sealed record PositionMismatch(OssException Error) : AppendOutcome;

    /// <summary>The service is busy, or a conflict passes by itself: the same request may succeed later.</summary>
    public sealed record Throttled(OssException Error) : AppendOutcome
    {
        public override bool IsInDoubt => !ProvesNothingWritten(Error);
    }

    /// <summary>This object takes no more appends.</summary>
    public sealed record ObjectClosed(OssException Error) : AppendOutcome;

    /// <summary>
    /// A retry at once does not help: a setting, a permission, the bucket or the network must change, or there are no credentials to sign with.
    /// </summary>
    public sealed record Refused(OssException Error) : AppendOutcome
    {
        /// <summary>Whether it may pass by itself: credentials could not be fetched for now, so OSS was not even asked.</summary>
        public bool MayPass => Error is OssCredentialsException { Outlook: FetchOutlook.Passing };

        public override bool IsInDoubt => !ProvesNothingWritten(Error);
    }

    /// <summary>No usable answer: the request may have been applied, may be later, or never.</summary>
    public sealed record Unanswered(Exception Error) : AppendOutcome
    {
        public override bool IsInDoubt => true;
    }

    /// <summary>Nothing was sent, because the journal on disk could not be written; after a crash, the append could be stored twice.</summary>
    public sealed record Unrecorded(Exception Error) : AppendOutcome;

    /// <summary>The outcome of a failed request, by the service's error codes.</summary>
    public static AppendOutcome FromError(Exception error)
    {
        if (error is OssCredentialsException unsigned)
            return new Refused(unsigned);
        if (error is not OssException refusal || refusal.StatusCode == 0)
            return new Unanswered(error);

        // A proxy's or gateway's code says nothing about the object.
        return (refusal.IsFromOss ? refusal.Code : null) switch
        {
            "PositionNotEqualToLength" or "NoSuchKey" => new PositionMismatch(refusal),
            "ObjectNotAppendable" or "AppendSealedObjectNotAllowed" or "FileImmutable" or "EntityTooLarge"
                or "InlineDataTooLarge" or "InvalidObjectState" => new ObjectClosed(refusal),
            "RequestTimeout" or "IncompleteBody" or "InvalidDigest" or "BadRequest" or "RequestTimeTooSkewed"
                or "SlowDown" or "ServerBusy" => new Throttled(refusal),
            _ => FromStatus(refusal),
        };
    }

    // The outcome by the status, for codes that say nothing about the object. Conflicts such as StaleFile and OperationAborted pass by themselves.
    private static AppendOutcome FromStatus(OssException error)
    {
        var status = (int)error.StatusCode;
        if (status is 409 or 429 || (error.StatusCode == HttpStatusCode.ServiceUnavailable && error.Code is not null))
            return new Throttled(error);

        return status >= 500 || status == 408 || status < 400 ? new Unanswered(error) : new Refused(error);
    }

    private static bool ProvesNothingWritten(OssException error) =>
        error is OssCredentialsException || (error.IsFromOss && RefusedBeforeWriting.Contains(error.Code!));
}
