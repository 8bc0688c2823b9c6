using System.Net;
using OssLogSinks.Core.Credentials;
using OssLogSinks.Core.Protocol;

namespace OssLogSinks.Core.Appending;

/// <summary>What became of a request, as far as its answer tells.</summary>
internal abstract record AppendOutcome
{
    /// <summary>The service applied the append.</summary>
    public sealed record Appended(AppendObjectResult Result) : AppendOutcome;

    /// <summary>The object's length is another: nothing was written by this request.</summary>
    public sealed record PositionMismatch(OssException Error) : AppendOutcome;

    /// <summary>Nothing was written, and the same request may succeed later.</summary>
    public sealed record Throttled(OssException Error) : AppendOutcome;

    /// <summary>Nothing was written, and this object will never take an append again.</summary>
    public sealed record ObjectClosed(OssException Error) : AppendOutcome;

    /// <summary>Nothing was written, and nothing will be until somebody mends a setting, a permission or the bucket.</summary>
    public sealed record Refused(OssException Error) : AppendOutcome;

    /// <summary>No usable answer: the request may have been applied, may still be, or never.</summary>
    public sealed record Unanswered(Exception Error) : AppendOutcome;

    /// <summary>Nothing was sent: the disk does not take the note without which a crash would make the append land twice.</summary>
    public sealed record Unrecorded(Exception Error) : AppendOutcome;

    /// <summary>Judges a failed request by its error, along the table of the service's error codes.</summary>
    public static AppendOutcome FromError(Exception error)
    {
        if (error is OssCredentialsException unsigned)
            return new Refused(unsigned);
        if (error is not OssException refusal || refusal.StatusCode == 0)
            return new Unanswered(error);

        return refusal.Code switch
        {
            "PositionNotEqualToLength" or "NoSuchKey" => new PositionMismatch(refusal),
            "ObjectNotAppendable" or "AppendSealedObjectNotAllowed" or "FileImmutable" or "EntityTooLarge"
                or "InlineDataTooLarge" or "InvalidObjectState" => new ObjectClosed(refusal),
            "RequestTimeout" or "IncompleteBody" or "InvalidDigest" or "BadRequest" or "RequestTimeTooSkewed"
                or "SlowDown" or "ServerBusy" => new Throttled(refusal),
            _ => FromStatus(refusal),
        };
    }

    // 500 and an answer without a code say nothing about the append; a 503 or 429 with its code is a refusal before the write.
    private static AppendOutcome FromStatus(OssException error)
    {
        var status = (int)error.StatusCode;
        if (status == 429 || (error.StatusCode == HttpStatusCode.ServiceUnavailable && error.Code is not null))
            return new Throttled(error);

        return status >= 500 || status == 408 || status < 400 ? new Unanswered(error) : new Refused(error);
    }
}
