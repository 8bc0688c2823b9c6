using System.Net;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Tests.Model;

/// <summary>The way from one writer to the bucket and back, with what can go wrong on it.</summary>
internal sealed class ModelService(ModelBucket bucket, bool isOwn)
{
    /// <summary>Whether an append was damaged on its way, or seemed to be: its object is left though it takes more.</summary>
    public bool HasDamaged { get; private set; }

    public AppendObjectResult Append(SentAppend append, What what)
    {
        switch (what)
        {
            case What.IsLost:
                throw new OssException("lost", null);
            case What.IsLate:
                bucket.Keep(append);
                throw new OssException("late", null);
            case What.AnswerIsLost:
                TryAppend(append);
                throw new OssException("answer lost", null);
            case What.FailsAfter:
                TryAppend(append);
                throw new OssException(HttpStatusCode.ServiceUnavailable, null, "a gateway's page");
            case What.IsNotFound:
                throw new OssException(HttpStatusCode.NotFound, null, "a gateway's page");
            case What.ThrottledAfter or What.TimedOutAfter or What.ConflictsAfter or What.DeniedByGatewayAfter or What.MismatchByGatewayAfter or What.PageAfter:
                TryAppend(append);
                throw CodedError(what);
            case What.IsDeliveredTwice when isOwn:
                TryAppend(append);
                return bucket.Append(append);
            case What.AnswersWrongCrc:
                var right = bucket.Append(append);
                HasDamaged = true;
                return right with { Crc64 = right.Crc64 + 1 };
            case What.IsDamaged:
                return AppendDamaged(append);
            default:
                Refuse(what);
                return bucket.Append(append);
        }
    }

    public object Ask(object request, What what)
    {
        if (what is What.IsLost or What.AnswerIsLost or What.IsLate)
            throw new OssException("lost", null);
        if (what is What.FailsAfter)
            throw new OssException(HttpStatusCode.BadGateway, null, "a gateway's page");
        if (what is What.IsNotFound && request is HeadObjectRequest)
            throw new OssException(HttpStatusCode.NotFound, null, "a gateway's page");

        if (what is >= What.ThrottledAfter and <= What.PageAfter)
            throw CodedError(what);

        Refuse(what);
        return request is HeadObjectRequest head ? bucket.Head(head.Key) : bucket.Get((GetObjectRequest)request);
    }

    private AppendObjectResult AppendDamaged(SentAppend append)
    {
        if (!bucket.TellsCrc)
            throw MemoryOss.Refusal(HttpStatusCode.BadRequest, "InvalidDigest");

        var damaged = append.Body.ToArray();
        damaged[0] ^= 1;
        var result = bucket.Append(append with { Writer = null, Body = damaged });
        HasDamaged = true;
        return result;
    }

    private static void Refuse(What what)
    {
        if (what is What.FailsBefore)
            throw MemoryOss.Refusal(HttpStatusCode.InternalServerError, "InternalError");
        if (what is What.IsThrottled)
            throw MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable");
        if (what is What.IsDenied or What.IsNotFound)
            throw MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied");
    }

    private static OssException CodedError(What what) => what switch
    {
        What.ThrottledAfter => MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"),
        What.TimedOutAfter => MemoryOss.Refusal(HttpStatusCode.BadRequest, "RequestTimeout"),
        What.ConflictsAfter => MemoryOss.Refusal(HttpStatusCode.Conflict, "StaleFile"),
        What.DeniedByGatewayAfter => new OssException(HttpStatusCode.Forbidden, "AccessDenied", "a gateway's document"),
        What.MismatchByGatewayAfter => new OssException(HttpStatusCode.Conflict, "PositionNotEqualToLength", "a gateway's document"),
        _ => new OssException(HttpStatusCode.Forbidden, null, "a gateway's page"),
    };

    private void TryAppend(SentAppend append)
    {
        try
        {
            bucket.Append(append);
        }
        catch (OssException)
        {
            // The refusal is lost too.
        }
    }
}
