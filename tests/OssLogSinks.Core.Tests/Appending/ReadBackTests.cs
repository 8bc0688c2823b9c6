using System.Net;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>Appends whose bytes had to be read back to know what became of them.</summary>
public class ReadBackTests
{
    private readonly MemoryOss _oss = new();
    private readonly ReportRecorder _reports = new();

    [Fact]
    public async Task WrongCrcButIntactBytes_IsNotAppendedTwiceAndTheNextOneRolls()
    {
        _oss.Next(request => Task.FromResult(_oss.Apply(request) with { Crc64 = 42 }));

        await DeliverAsync("a\n", "b\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Equal("b\n", _oss.Text("app_001.log"));
        Assert.Single(_oss.Gets);
        Assert.Equal(OssDiagnosticLevel.Error, Assert.Single(_reports.Reports).Level);
    }

    [Fact]
    public async Task DamagedBody_IsAppendedOnceMoreToTheNextObject()
    {
        _oss.Next(request =>
        {
            _oss.AppendAsForeignWriter(request.Key, "?\n");
            return Task.FromResult(new AppendObjectResult(2, 42, null, null));
        });

        await DeliverAsync("a\n");

        Assert.Equal("?\n", _oss.Text("app.log"));
        Assert.Equal("a\n", _oss.Text("app_001.log"));
        Assert.Equal(OssDiagnosticLevel.Error, Assert.Single(_reports.Reports).Level);
    }

    [Fact]
    public async Task GivenUpBeforeTheReadBack_IsToldThatItMayBeDelivered()
    {
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.Listener = outcomes;
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        options.TimeProvider = time;
        options.RetryTimeLimit = TimeSpan.FromMinutes(1);
        _oss.Next(request =>
        {
            var result = _oss.Apply(request) with { Crc64 = 42 };
            return Task.FromResult(result);
        });
        _oss.GetFault = () =>
        {
            time.Advance(TimeSpan.FromMinutes(2));
            return new OssException("no answer", null);
        };
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("a\n", state: "a"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        Assert.True(Assert.Single(outcomes.Dropped).Failure.MayBeDelivered);
    }

    [Fact]
    public async Task ReadBackThatTheServiceRefuses_IsReported()
    {
        var reports = new ReportRecorder();
        var options = Options(_oss);
        options.Diagnostics = reports;
        options.CloseTimeout = TimeSpan.Zero;
        var asked = new TaskCompletionSource();
        var count = 0;
        _oss.NextAnswerIsLost(() => _oss.AppendAsForeignWriter("app.log", "stranger\n"));
        _oss.GetFault = () =>
        {
            if (++count == 3)
                asked.SetResult();
            return count > 3 ? null : MemoryOss.Refusal(HttpStatusCode.Forbidden, "InvalidObjectState");
        };
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("a\n"));
        await appender.FlushOrFailAsync();

        Assert.Contains(reports.Reports, r => r.Level == OssDiagnosticLevel.Error && r.Message.Contains("InvalidObjectState"));
        Assert.Equal("a\nstranger\n", _oss.Text("app.log"));
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
