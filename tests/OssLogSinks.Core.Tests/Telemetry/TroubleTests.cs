using System.Net;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Telemetry;

/// <summary>The last failure and the trouble in the snapshot: from the first failure on, over when delivery works for every stream.</summary>
public class TroubleTests
{
    private readonly FakeTimeProvider _time = new(Noon);
    private readonly MemoryOss _oss = new();

    [Fact]
    public void FirstPassingFailure_IsThere_ThoughNotReported()
    {
        var reports = new ReportRecorder();
        var reporter = new DeliveryReporter(reports, _time);
        reporter.Delivered();
        Assert.Equal((null, null), reporter.TroubleNow);

        reporter.Trouble(Busy(), failures: 1, (this, "a"));
        _time.Advance(TimeSpan.FromSeconds(1));
        reporter.Trouble(Busy(), failures: 2, (this, "a"));

        Assert.Empty(reports.Reports);
        Assert.Equal(Noon, reporter.TroubleNow.Since);
        Assert.Equal(new DeliveryFailure(Noon.AddSeconds(1), OssFailureKind.Refused, "ServiceUnavailable.", "", 2), reporter.TroubleNow.Last);

        reporter.Delivered((this, "a"));
        Assert.Null(reporter.TroubleNow.Since);
        Assert.Equal(2, reporter.TroubleNow.Last!.Failures);
        reporter.Trouble(Busy(), failures: 1, (this, "a"));
        Assert.Equal(1, reporter.TroubleNow.Last!.Failures);
    }

    [Fact]
    public void WhatOthersDeliver_EndsNoTroubleOfAStream()
    {
        var reporter = new DeliveryReporter(null, _time);
        reporter.Trouble(Denied(), failures: 1, (this, "a"));
        reporter.Trouble(Busy(), failures: 1, (this, "b"));

        reporter.Delivered((this, "c"));
        reporter.Delivered((this, "b"));
        Assert.Equal(Noon, reporter.TroubleNow.Since);

        reporter.Delivered((this, "a"));
        Assert.Null(reporter.TroubleNow.Since);
    }

    [Fact]
    public async Task EmptyRecord_TellsNothingOfOss()
    {
        var reports = new ReportRecorder();
        var options = Options(_oss);
        options.RetryRefusals = false;
        options.Diagnostics = reports;
        _oss.Always = _ => Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"));
        await using var appender = new OssAppender(options);
        appender.TryAppend(Record("a\n"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));

        // Nothing is sent for it, so it is delivered.
        appender.TryAppend(Record(""));
        await appender.FlushOrFailAsync();

        Assert.NotNull(appender.GetSnapshot().TroubleSince);
        Assert.DoesNotContain(reports.Reports, r => r.Message.Contains("works again", StringComparison.Ordinal));
    }

    [Fact]
    public void StreamThatGaveUp_IsInTroubleUntilSomethingIsDelivered()
    {
        var reporter = new DeliveryReporter(null, _time);
        reporter.Trouble(Denied(), failures: 1, (this, "a"));
        reporter.GaveUp((this, "a"));

        Assert.NotNull(reporter.TroubleNow.Since);
        reporter.Delivered((this, "b"));
        Assert.Null(reporter.TroubleNow.Since);
    }

    [Fact]
    public void StreamsThatNobodyShipsAnyMore_AreInNoTrouble()
    {
        var reporter = new DeliveryReporter(null, _time);
        reporter.Trouble(Denied(), failures: 1, (this, "a"));
        reporter.Trouble(Denied(), failures: 1, (_oss, "a"));

        reporter.Forget(this);
        Assert.NotNull(reporter.TroubleNow.Since);
        reporter.Forget(_oss);
        Assert.Null(reporter.TroubleNow.Since);
    }

    [Fact]
    public void SlowAppendReportedTooLate_IsNoTrouble()
    {
        var reports = new ReportRecorder();
        var reporter = new DeliveryReporter(reports, _time);

        reporter.Trouble(Busy(), failures: int.MaxValue, (this, "a"), isOver: () => true);

        Assert.Equal((null, null), reporter.TroubleNow);
        Assert.Empty(reports.Reports);
    }

    [Fact]
    public void DiskThatFails_IsTrouble_UntilItWorks()
    {
        var reporter = new DeliveryReporter(null, _time);

        reporter.BufferFailed("events wait", new IOException("No space left on device"));
        reporter.Delivered((this, "a"));

        Assert.Equal(Noon, reporter.TroubleNow.Since);
        Assert.Equal((OssFailureKind.Buffer, "The disk buffer does not work: No space left on device"), (reporter.TroubleNow.Last!.Kind, reporter.TroubleNow.Last.Message));
        reporter.BufferWorks();
        Assert.Null(reporter.TroubleNow.Since);
    }

    [Fact]
    public void JournalThatFails_IsTroubleOfItsStream()
    {
        var reporter = new DeliveryReporter(null, _time);

        reporter.Trouble(new RequestFailure(OssFailureKind.Buffer, new IOException("Read-only file system"), IsPassing: false), failures: 1, (this, "a"));

        Assert.Equal(OssFailureKind.Buffer, reporter.TroubleNow.Last!.Kind);
        reporter.Delivered((this, "a"));
        Assert.Null(reporter.TroubleNow.Since);
    }

    [Fact]
    public async Task RefusedAppend_IsInTheSnapshotWithAdviceUntilDelivered()
    {
        var options = Options(_oss);
        DeliverySnapshot? during = null;
        OssAppender? asked = null;
        _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"));
        _oss.Next(request =>
        {
            during = asked!.GetSnapshot();
            return Task.FromResult(_oss.Apply(request));
        });
        await using var appender = asked = new OssAppender(options);

        appender.TryAppend(Record("x\n"));
        await appender.FlushOrFailAsync();

        Assert.NotNull(during!.TroubleSince);
        Assert.Equal((0, 1L), (during.Delivered, during.LastFailure!.Failures));
        Assert.Equal((OssFailureKind.Refused, "AccessDenied."), (during.LastFailure.Kind, during.LastFailure.Message));
        Assert.Contains("RAM action", during.LastFailure.Advice, StringComparison.Ordinal);
        Assert.Null(appender.GetSnapshot().TroubleSince);
        Assert.Equal(during.LastFailure, appender.GetSnapshot().LastFailure);
    }

    [Fact]
    public async Task RefusalThatIsNotWaitedOut_IsTroubleUntilTheNextDelivery()
    {
        var options = Options(_oss);
        options.RetryRefusals = false;
        _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("lost\n"));
        await appender.FlushAsync(TestContext.Current.CancellationToken);
        var refused = appender.GetSnapshot();
        appender.TryAppend(Record("kept\n"));
        await appender.FlushOrFailAsync();

        Assert.NotNull(refused.TroubleSince);
        Assert.Equal(1, refused.LastFailure!.Failures);
        Assert.Null(appender.GetSnapshot().TroubleSince);
    }

    [Fact]
    public void WordsOfAnotherClientsException_AreNotReported()
    {
        var reports = new ReportRecorder();
        var reporter = new DeliveryReporter(reports, _time);

        reporter.Trouble(new RequestFailure(new InvalidOperationException("POST /?x-oss-signature=MARK"), isPassing: true), failures: 1);

        Assert.StartsWith("Appending to OSS does not work: It failed with System.InvalidOperationException.", Assert.Single(reports.Reports).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("MARK", reporter.TroubleNow.Last!.Message, StringComparison.Ordinal);
    }

    private static RequestFailure Busy() => new(MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"), isPassing: true);

    private static RequestFailure Denied() => new(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"), isPassing: false);
}
