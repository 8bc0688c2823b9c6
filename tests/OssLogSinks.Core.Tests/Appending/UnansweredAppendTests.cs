using System.Net;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>The decision table for appends that were refused for their position or never answered.</summary>
public class UnansweredAppendTests
{
    private readonly MemoryOss _oss = new();
    private readonly ReportRecorder _reports = new();

    [Fact]
    public async Task LostAcknowledgement_IsNotAppendedTwice()
    {
        _oss.NextAnswerIsLost();

        await DeliverAsync("a\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Single(_oss.Appends);
        Assert.Empty(_oss.Gets);
    }

    [Fact]
    public async Task LostRequest_IsSentAgainAtTheSamePosition()
    {
        _oss.Put("app.log", "0\n");
        _oss.NextRequestIsLost();

        await DeliverAsync("a\n");

        Assert.Equal("0\na\n", _oss.Text("app.log"));
        Assert.Equal([("app.log", 2L, 2), ("app.log", 2L, 2)], _oss.Appends);
        Assert.DoesNotContain(_reports.Reports, report => report.HelpAnchor == HelpAnchors.ObjectGone);
    }

    [Fact]
    public async Task LostAnswerThenForeignAppend_IsReadBackAndStoredOnce()
    {
        _oss.NextAnswerIsLost(() => _oss.AppendAsForeignWriter("app.log", "stranger\n"));

        await DeliverAsync("a\n", "b\n");

        Assert.Equal("a\nstranger\nb\n", _oss.Text("app.log"));
        Assert.Equal(new OssByteRange(0, 2), Assert.Single(_oss.Gets).Range);
    }

    [Fact]
    public async Task LostRequestThenForeignAppendOfSameLength_IsAppendedBehind()
    {
        _oss.NextRequestIsLost(() => _oss.AppendAsForeignWriter("app.log", "X\n"));

        await DeliverAsync("a\n");

        Assert.Equal("X\na\n", _oss.Text("app.log"));
        Assert.Single(_oss.Gets);
    }

    [Fact]
    public async Task LostRequestThenLongerForeignAppend_IsAppendedBehind()
    {
        _oss.NextRequestIsLost(() => _oss.AppendAsForeignWriter("app.log", "stranger\n"));

        await DeliverAsync("a\n");

        Assert.Equal("stranger\na\n", _oss.Text("app.log"));
        Assert.Single(_oss.Gets);
    }

    [Fact]
    public async Task LostRequestThatLandsLate_IsNotAppendedTwice()
    {
        AppendObjectRequest? travelling = null;
        _oss.Next(request =>
        {
            travelling = request;
            return Task.FromException<AppendObjectResult>(new OssException("lost", null));
        });
        _oss.Next(request =>
        {
            _oss.Apply(travelling!);
            return Task.FromResult(_oss.Apply(request));
        });

        await DeliverAsync("a\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Equal(2, _oss.Appends.Count);
    }

    [Fact]
    public async Task TwoWriters_LoserResyncs()
    {
        _oss.Put("app.log", "0\n");
        _oss.Next(request =>
        {
            _oss.AppendAsForeignWriter("app.log", "other\n");
            return Task.FromResult(_oss.Apply(request));
        });

        await DeliverAsync("a\n");

        Assert.Equal("0\nother\na\n", _oss.Text("app.log"));
        Assert.Empty(_oss.Gets);
        Assert.Empty(_reports.Reports);
    }

    [Fact]
    public async Task RefusedAppend_IsNotTakenForAForeignWritersEqualBytes()
    {
        _oss.Next(request =>
        {
            _oss.AppendAsForeignWriter("app.log", "same\n");
            return Task.FromResult(_oss.Apply(request));
        });

        await DeliverAsync("same\n");

        Assert.Equal("same\nsame\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task ObjectDeletedMeanwhile_BeginsAtPositionZero()
    {
        _oss.Put("app.log", "0\n");
        _oss.NextRequestIsLost(() => _oss.Delete("app.log"));

        await DeliverAsync("a\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Contains(_reports.Reports, report => report.HelpAnchor == HelpAnchors.ObjectGone);
    }

    [Fact]
    public async Task LostAcknowledgementInAnObjectMadeAgain_IsNotAppendedTwice()
    {
        _oss.Put("app.log", "0\n");
        _oss.Next(request =>
        {
            _oss.Put("app.log", "1\n");
            _oss.Apply(request);
            return Task.FromException<AppendObjectResult>(new OssException("lost", null));
        });

        await DeliverAsync("a\n", "b\n");

        Assert.Equal("1\na\nb\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task LostAnswerThenASeal_IsStoredOnceAndTheNextRolls()
    {
        _oss.NextAnswerIsLost(() => _oss.Seal("app.log"));

        await DeliverAsync("a\n", "b\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Equal("b\n", _oss.Text("app_001.log"));
    }

    [Fact]
    public async Task LostAnswerThenFileImmutable_IsResolvedBeforeRolling()
    {
        _oss.NextAnswerIsLost();
        _oss.NextHeadFails(MemoryOss.Refusal(HttpStatusCode.NotFound, "NoSuchKey"));
        _oss.NextHeadFails(MemoryOss.Refusal(HttpStatusCode.NotFound, "NoSuchKey"));
        _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Conflict, "FileImmutable"));

        await DeliverAsync("a\n", "b\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Equal("b\n", _oss.Text("app_001.log"));
        Assert.Single(_reports.Reports, r => r.Message.Contains("FileImmutable"));
    }

    [Fact]
    public async Task ObjectReplacedByANormalOne_RollsWithoutLoss()
    {
        _oss.Put("app.log", "0\n");
        _oss.NextRequestIsLost(() => _oss.Put("app.log", "replaced", type: "Normal"));

        await DeliverAsync("a\n");

        Assert.Equal("replaced", _oss.Text("app.log"));
        Assert.Equal("a\n", _oss.Text("app_001.log"));
    }

    [Fact]
    public async Task HeadFailing_HoldsTheAppendBackUntilItAnswers()
    {
        _oss.NextAnswerIsLost();
        _oss.NextHeadFails(MemoryOss.Refusal(HttpStatusCode.NotFound, "NoSuchKey"));
        for (var i = 0; i < 5; i++)
            _oss.NextHeadFails(new OssException("no answer", null));

        await DeliverAsync("a\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Single(_oss.Appends);
    }

    [Fact]
    public async Task NotFoundWithoutACode_IsNotTakenForAbsence()
    {
        _oss.Put("app.log", "0\n");
        _oss.NextAnswerIsLost(() => _oss.NextHeadFails(new OssException(HttpStatusCode.NotFound, null, "not found")));

        await DeliverAsync("a\n");

        Assert.Equal("0\na\n", _oss.Text("app.log"));
        Assert.Single(_oss.Appends);
    }

    // A client without the header x-oss-err cannot see that the credentials of a HEAD are no longer valid. It sees it from a GET, and renews them.
    [Fact]
    public async Task ForbiddenWithoutACode_IsExplainedByAGet()
    {
        _oss.NextAnswerIsLost(() => _oss.NextHeadFails(new OssException(HttpStatusCode.Forbidden, null, "forbidden")));

        await DeliverAsync("a\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Single(_oss.Appends);
        Assert.NotEmpty(_oss.Gets);
    }

    private async Task DeliverAsync(params string[] records)
    {
        var options = Options(_oss);
        options.Diagnostics = _reports;
        await using var appender = new OssAppender(options);
        foreach (var record in records)
        {
            appender.TryAppend(Record(record));
            await appender.FlushOrFailAsync();
        }
    }
}
