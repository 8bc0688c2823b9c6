using System.Net;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>What the answer to a request means, code by code.</summary>
public class AppendOutcomeTests
{
    [Theory]
    [InlineData(409, "PositionNotEqualToLength", "PositionMismatch", false)]
    [InlineData(404, "NoSuchKey", "PositionMismatch", false)]
    [InlineData(409, "ObjectNotAppendable", "ObjectClosed", false)]
    [InlineData(409, "AppendSealedObjectNotAllowed", "ObjectClosed", false)]
    [InlineData(409, "FileImmutable", "ObjectClosed", false)]
    [InlineData(400, "EntityTooLarge", "ObjectClosed", false)]
    [InlineData(400, "InlineDataTooLarge", "ObjectClosed", false)]
    [InlineData(403, "InvalidObjectState", "ObjectClosed", false)]
    [InlineData(400, "RequestTimeout", "Throttled", true)]
    [InlineData(400, "IncompleteBody", "Throttled", true)]
    [InlineData(400, "BadRequest", "Throttled", true)]
    [InlineData(400, "InvalidDigest", "Throttled", false)]
    [InlineData(403, "RequestTimeTooSkewed", "Throttled", false)]
    [InlineData(500, "SlowDown", "Throttled", true)]
    [InlineData(500, "ServerBusy", "Throttled", true)]
    [InlineData(409, "StaleFile", "Throttled", true)]
    [InlineData(429, "QpsLimitExceeded", "Throttled", true)]
    [InlineData(503, "ServiceUnavailable", "Throttled", true)]
    [InlineData(500, "InternalError", "Unanswered", true)]
    [InlineData(403, "AccessDenied", "Refused", false)]
    [InlineData(404, "NoSuchBucket", "Refused", false)]
    [InlineData(400, "CodeOfNextYear", "Refused", true)]
    public void CodeOfOss_SaysHowToContinue(int status, string code, string outcome, bool isInDoubt) =>
        AssertIs(outcome, isInDoubt, new OssException((HttpStatusCode)status, code, "no") { RequestId = "1" });

    [Theory]
    [InlineData(409, "PositionNotEqualToLength", "Throttled")]
    [InlineData(404, "NoSuchKey", "Refused")]
    [InlineData(400, "RequestTimeout", "Refused")]
    [InlineData(403, "AccessDenied", "Refused")]
    [InlineData(503, "ServiceUnavailable", "Throttled")]
    [InlineData(503, null, "Unanswered")]
    [InlineData(502, null, "Unanswered")]
    [InlineData(500, null, "Unanswered")]
    [InlineData(429, null, "Throttled")]
    [InlineData(408, null, "Unanswered")]
    [InlineData(404, null, "Refused")]
    [InlineData(400, null, "Refused")]
    [InlineData(302, null, "Unanswered")]
    public void AnswerWithoutARequestId_ProvesNothing(int status, string? code, string outcome) =>
        AssertIs(outcome, isInDoubt: true, new OssException((HttpStatusCode)status, code, "no"));

    [Fact]
    public void NoAnswer_ProvesNothing()
    {
        AssertIs("Unanswered", isInDoubt: true, new OssException("lost", null));
        AssertIs("Unanswered", isInDoubt: true, new IOException("lost"));
    }

    [Fact]
    public void MissingCredentials_ProveThatNothingWasSent() =>
        AssertIs("Refused", isInDoubt: false, new OssCredentialsException("none"));

    private static void AssertIs(string outcome, bool isInDoubt, Exception error)
    {
        var actual = AppendOutcome.FromError(error);
        Assert.Equal(outcome, actual.GetType().Name);
        Assert.Equal(isInDoubt, actual.IsInDoubt);
    }
}
