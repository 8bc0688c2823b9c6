using System.Net;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>Finished objects are sealed with their exact length; nothing waits for it, and nothing fails with it.</summary>
public class SealOnRollTests
{
    private readonly MemoryOss _oss = new();
    private readonly ReportRecorder _reports = new();
    private readonly FakeTimeProvider _time = new(Noon);

    [Fact]
    public async Task FullObjects_AreSealedTheLastOneToo_AndTheOpenOneIsNot()
    {
        await using (var appender = new OssAppender(SizeOptions()))
            await DeliverAsync(appender, "1234\n", "5678\n", "9\n");

        Assert.Equal([("app.log", 5L), ("app_001.log", 5L)], _oss.Seals);
        Assert.True(_oss.IsSealed("app_001.log"));
        Assert.False(_oss.IsSealed("app_002.log"));
        Assert.Empty(_reports.Reports);
    }

    [Fact]
    public async Task NotAskedFor_NothingIsSealed()
    {
        var options = SizeOptions();
        options.SealFinishedObjects = false;
        await using (var appender = new OssAppender(options))
            await DeliverAsync(appender, "1234\n", "5678\n");

        Assert.Empty(_oss.Seals);
    }

    [Fact]
    public async Task LostAnswerOfTheLastAppend_IsResolvedBeforeTheObjectIsSealed()
    {
        _oss.NextAnswerIsLost(() => Assert.Empty(_oss.Seals));
        await using (var appender = new OssAppender(SizeOptions()))
            await DeliverAsync(appender, "1234\n", "x\n");

        Assert.Equal([("app.log", 5L)], _oss.Seals);
        Assert.Equal("1234\n", _oss.Text("app.log"));
        Assert.Equal("x\n", _oss.Text("app_001.log"));
    }

    [Fact]
    public async Task FullObjectOfAnEarlierRun_IsSealedWhenItIsFound()
    {
        _oss.Put("app.log", "12345\n");
        await using (var appender = new OssAppender(SizeOptions()))
            await DeliverAsync(appender, "x\n");

        Assert.Equal([("app.log", 6L)], _oss.Seals);
        Assert.Equal("x\n", _oss.Text("app_001.log"));
    }

    [Theory]
    [InlineData("OperationNotSupported", "support")]
    [InlineData("AccessDenied", "oss:SealAppendObject")]
    public async Task NoAccess_IsReportedOnceAndNotAskedForAgain(string code, string advice)
    {
        _oss.SealStep = _ => Task.FromException<SealObjectResult>(MemoryOss.Refusal(HttpStatusCode.BadRequest, code));
        await using (var appender = new OssAppender(SizeOptions()))
        {
            await DeliverAsync(appender, "1234\n");
            await UntilAsync(() => _reports.Reports.Count == 1);
            await DeliverAsync(appender, "5678\n", "9\n");
        }

        Assert.Single(_oss.Seals);
        var report = Assert.Single(_reports.Reports);
        Assert.Equal(OssDiagnosticLevel.Warning, report.Level);
        Assert.Contains(code, report.Message);
        Assert.Contains(advice, report.Message);
        Assert.Equal("9\n", _oss.Text("app_002.log"));
    }

    [Fact]
    public async Task ClientThatCannotSeal_IsReportedOnce()
    {
        _oss.SealStep = _ => throw new NotSupportedException();
        await using (var appender = new OssAppender(SizeOptions()))
            await DeliverAsync(appender, "1234\n", "5678\n");

        Assert.Single(_reports.Reports);
        Assert.Single(_oss.Seals);
    }

    [Fact]
    public async Task PassingTrouble_IsTriedAgain()
    {
        var tries = 0;
        var options = SizeOptions();
        options.RetryDelay = TimeSpan.FromMilliseconds(1);
        _oss.SealStep = _ => ++tries < 4 ? Task.FromException<SealObjectResult>(new OssException("no answer", null)) : Task.FromResult(new SealObjectResult(null, null));
        await using (var appender = new OssAppender(options))
            await DeliverAsync(appender, "1234\n");

        Assert.Equal(4, tries);
        Assert.Empty(_reports.Reports);
    }

    [Fact]
    public async Task FinalSealRefusal_IsReportedOnceAndTheNextObjectIsSealed()
    {
        _oss.SealStep = key => key == "app.log" ? Task.FromException<SealObjectResult>(MemoryOss.Refusal(HttpStatusCode.Conflict, "FileImmutable")) : Task.FromResult(new SealObjectResult(null, null));
        await using (var appender = new OssAppender(SizeOptions()))
            await DeliverAsync(appender, "1234\n", "5678\n");

        Assert.Equal(["app.log", "app_001.log"], _oss.Seals.Select(s => s.Key));
        Assert.Contains("FileImmutable", Assert.Single(_reports.Reports).Message);
    }

    [Fact]
    public async Task AnotherWriterAppendedSince_TheObjectIsLeftAsItIs()
    {
        _oss.Next(request =>
        {
            var result = _oss.Apply(request);
            _oss.AppendAsForeignWriter("app.log", "late\n");
            return Task.FromResult(result);
        });
        await using (var appender = new OssAppender(SizeOptions()))
            await DeliverAsync(appender, "1234\n", "x\n");

        Assert.Equal([("app.log", 5L)], _oss.Seals);
        Assert.False(_oss.IsSealed("app.log"));
        Assert.Empty(_reports.Reports);
    }

    [Fact]
    public async Task SealThatNeverEnds_HoldsNeitherDeliveryNorTheCloseUp()
    {
        var options = SizeOptions();
        options.CloseTimeout = TimeSpan.FromMilliseconds(200);
        _oss.SealStep = _ => new TaskCompletionSource<SealObjectResult>().Task;
        var appender = new OssAppender(options);
        await DeliverAsync(appender, "1234\n", "5678\n", "9\n");

        var isComplete = await appender.CloseAsync(TimeSpan.FromMilliseconds(200)).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.True(isComplete);
        Assert.Equal("9\n", _oss.Text("app_002.log"));
    }

    [Fact]
    public async Task PeriodOver_SealsAfterTenMinutesAndLateEventsRoll()
    {
        await using var appender = new OssAppender(TimeOptions());
        await DeliverAsync(appender, "noon\n");
        _time.SetUtcNow(Noon.AddMinutes(65));
        Assert.Empty(_oss.Seals);

        // The idle stream is looked at every ten minutes.
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMinutes(10));
            return _oss.Seals.Count > 0 && _oss.IsSealed("app2026112212.log");
        });
        appender.TryAppend(Record("late\n", Noon.AddMinutes(1)));
        await appender.FlushOrFailAsync();

        Assert.Equal([("app2026112212.log", 5L)], _oss.Seals);
        Assert.Equal("late\n", _oss.Text("app2026112212_001.log"));
        Assert.Empty(_reports.Reports);
    }

    [Fact]
    public async Task PeriodNotOver_OrNotBegun_IsNotSealed()
    {
        await using (var appender = new OssAppender(TimeOptions()))
        {
            await DeliverAsync(appender, "noon\n");
            appender.TryAppend(Record("tomorrow\n", Noon.AddDays(1)));
            await appender.FlushOrFailAsync();
            for (var i = 0; i < 5; i++)
                _time.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.Empty(_oss.Seals);
    }

    [Fact]
    public async Task KeyCoarserThanADay_IsNotSealedBeforeItsMonthIsOver()
    {
        var options = TimeOptions();
        options.RollingInterval = OssRollingInterval.Infinite;
        options.ObjectKey = "{Timestamp:yyyyMM}.log";
        await using (var appender = new OssAppender(options))
        {
            await DeliverAsync(appender, "noon\n");
            _time.SetUtcNow(Noon.AddDays(2));
            _time.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.Empty(_oss.Seals);
    }

    [Fact]
    public async Task Close_SealsWhatIsOver()
    {
        await using (var appender = new OssAppender(TimeOptions()))
        {
            await DeliverAsync(appender, "noon\n");
            _time.SetUtcNow(Noon.AddMinutes(61));
            appender.TryAppend(Record("one\n", Noon.AddMinutes(61)));
            await appender.FlushOrFailAsync();
        }

        Assert.Equal([("app2026112212.log", 5L)], _oss.Seals);
    }

    [Fact]
    public async Task ForgottenStream_IsSealedIfItsPeriodIsOver()
    {
        var options = TimeOptions();
        options.OpenStreamLimit = 1;
        await using var appender = new OssAppender(options);
        await DeliverAsync(appender, "noon\n");
        _time.SetUtcNow(Noon.AddMinutes(61));

        appender.TryAppend(Record("one\n", Noon.AddMinutes(61)));
        await appender.FlushOrFailAsync();

        await UntilAsync(() => _oss.Keys.Contains("app2026112212.log") && _oss.IsSealed("app2026112212.log"));
    }

    private OssAppenderOptions SizeOptions()
    {
        var options = Options(_oss);
        options.ObjectSizeLimitBytes = 5;
        options.SealFinishedObjects = true;
        options.Diagnostics = _reports;
        return options;
    }

    private OssAppenderOptions TimeOptions()
    {
        var options = Options(_oss);
        options.RollingInterval = OssRollingInterval.Hour;
        options.SealFinishedObjects = true;
        options.Diagnostics = _reports;
        options.TimeProvider = _time;
        return options;
    }

    private static async Task DeliverAsync(OssAppender appender, params string[] records)
    {
        foreach (var record in records)
        {
            appender.TryAppend(Record(record));
            await appender.FlushOrFailAsync();
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; !isSo(); i++)
        {
            Assert.True(i < 2000, "It never came to be so.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
