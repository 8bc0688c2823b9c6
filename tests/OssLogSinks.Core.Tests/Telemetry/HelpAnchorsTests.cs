using System.Net;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Telemetry;

public class HelpAnchorsTests
{
    [Theory]
    [InlineData("SignatureDoesNotMatch", "the-signature-does-not-match")]
    [InlineData("NoSuchBucket", "the-bucket-does-not-exist")]
    [InlineData("SecurityTokenExpired", "the-temporary-credentials-have-expired")]
    [InlineData("AccessDenied", "access-is-denied")]
    [InlineData("SomethingNew", "oss-refuses-a-request")]
    public void Refusal_LeadsToTheSectionOfItsCode(string code, string anchor)
    {
        var refusal = new OssException(HttpStatusCode.Forbidden, code, "OSS refused it.") { RequestId = "1" };

        Assert.Equal(anchor, HelpAnchors.For(refusal));
        Assert.Equal("docs/troubleshooting.md#" + anchor, refusal.HelpLink);
    }

    [Fact]
    public void AccessDeniedInAnotherRegion_LeadsToTheRegion() =>
        Assert.Equal(
            "the-endpoint-or-region-is-wrong",
            HelpAnchors.For(new OssException(HttpStatusCode.Forbidden, "AccessDenied", "OSS refused it.") { RequestId = "1", SuggestedEndpoint = "oss-cn-beijing.aliyuncs.com" }));

    [Fact]
    public void AccessDeniedOfAGateway_LeadsToTheGateway() =>
        Assert.Equal("something-else-than-oss-answers", HelpAnchors.For(new OssException(HttpStatusCode.Forbidden, "AccessDenied", "Refused.")));

    [Fact]
    public void EachKnownKindOfFailure_HasASectionOfItsCause() =>
        Assert.All(
            Enum.GetValues<OssFailureKind>().Where(kind => kind != OssFailureKind.Unknown),
            kind => Assert.NotEqual(HelpAnchors.Unknown, HelpAnchors.For(kind)));

    [Fact]
    public void ForeignException_LeadsToTheUnknown() => Assert.Equal("an-answer-cannot-be-used", HelpAnchors.For(new InvalidOperationException("no")));

    [Fact]
    public void Report_EndsWithItsSection()
    {
        var reports = new ReportRecorder();
        new DeliveryReporter(reports, new FakeTimeProvider()).Dropped(DropReason.QueueFull, 3, "the queue was full.");

        Assert.Equal("3 event(s) were dropped (QueueFull): the queue was full. (see docs/troubleshooting.md#queuefull)", Assert.Single(reports.Reports).ToString());
    }

    [Fact]
    public void SettingsException_EndsWithItsSection() =>
        Assert.EndsWith("\n(see docs/troubleshooting.md#settings-are-invalid)", new OssSettingsException([new SettingFault("Bucket", "is empty.")]).Message, StringComparison.Ordinal);

    [Fact]
    public void DeliveryException_LinksToItsReason() =>
        Assert.Equal("docs/troubleshooting.md#retrytimeover", new OssDeliveryException(DropReason.RetryTimeOver, "The event was dropped.", null).HelpLink);
}
