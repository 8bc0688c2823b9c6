using System.Diagnostics.Metrics;
using System.Net;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests;

/// <summary>Trouble with OSS, with those who listen, and with what was plugged in.</summary>
public class OssAppenderTroubleTests
{
    private readonly MemoryOss _oss = new();

    [Fact]
    public async Task RetryTimeOver_GivesUpAndGoesOnWithWhatComesNext()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.TimeProvider = time;
        options.RetryTimeLimit = TimeSpan.FromMinutes(1);
        options.Listener = outcomes;
        _oss.Next(_ =>
        {
            time.Advance(TimeSpan.FromMinutes(2));
            return Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"));
        });
        _oss.Next(_ =>
        {
            time.Advance(TimeSpan.FromMinutes(2));
            return Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"));
        });
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("lost\n", state: "lost"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));
        appender.TryAppend(Record("kept\n", state: "kept"));
        await appender.FlushOrFailAsync();

        Assert.Equal(DropReason.RetryTimeOver, Assert.Single(outcomes.Dropped).Failure.Reason);
        Assert.Equal("kept\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task Refusal_IsReportedAtOnceWithAdvice_AndTriedAgainUntilMended()
    {
        var reports = new ReportRecorder();
        var options = Options(_oss);
        options.Diagnostics = reports;
        for (var i = 0; i < 3; i++)
            _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("x\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("x\n", _oss.Text("app.log"));
        // Told once, and its end at the same level.
        Assert.All(reports.Reports, r => Assert.Equal(OssDiagnosticLevel.Error, r.Level));
        Assert.Collection(reports.Reports, r => Assert.Contains("oss:PutObject", r.Message), r => Assert.Contains("works again", r.Message));
    }

    [Fact]
    public async Task FinalRefusal_DropsAtOnceWithAdviceAndGoesOn()
    {
        var reports = new ReportRecorder();
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.Diagnostics = reports;
        options.Listener = outcomes;
        options.RetryRefusals = false;
        _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("lost\n", state: "lost"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));
        appender.TryAppend(Record("kept\n", state: "kept"));
        await appender.FlushOrFailAsync();

        var failure = Assert.Single(outcomes.Dropped).Failure;
        Assert.Equal(DropReason.Refused, failure.Reason);
        Assert.False(failure.MayBeDelivered);
        Assert.IsType<OssException>(failure.InnerException);
        Assert.Contains("oss:PutObject", Assert.Single(reports.Reports).Message);
        Assert.Equal("kept\n", _oss.Text("app.log"));
        Assert.Equal(1, appender.GetSnapshot().Dropped[DropReason.Refused]);
    }

    [Fact]
    public async Task CredentialsThatFailForNow_AreNoRefusal()
    {
        var options = Options(_oss);
        options.RetryRefusals = false;
        _oss.NextFails(new OssCredentialsException("STS did not answer in time. Nothing was written."));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("kept\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("kept\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task CredentialsThatFailForGood_DropAtOnce()
    {
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.RetryRefusals = false;
        options.Listener = outcomes;
        _oss.NextFails(FetchFailures.Lasting("The profile has no access_key_id: add it. Nothing was written."));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("lost\n", state: "lost"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));

        Assert.Equal(DropReason.Refused, Assert.Single(outcomes.Dropped).Failure.Reason);
    }

    [Fact]
    public async Task RefusalsWithEverNewCodes_AreReportedABoundedNumberOfTimes()
    {
        var reports = new ReportRecorder();
        var options = Options(_oss);
        options.Diagnostics = reports;
        options.RefusalRetryDelay = TimeSpan.FromTicks(1);
        for (var i = 0; i < 300; i++)
            _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, $"Code{i}"));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("x\n"));
        await appender.FlushOrFailAsync();

        Assert.InRange(reports.Reports.Count, 1, 70);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(1e12)]
    [InlineData(-1.0)]
    [InlineData(null)]
    public async Task ChanceThatBreaksItsRules_StopsNothing(double? chance)
    {
        var options = Options(_oss);
        options.Random = () => chance ?? throw new InvalidOperationException("no chance");
        options.RetryDelay = options.RetryDelayLimit = TimeSpan.FromMilliseconds(1);
        _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"));
        _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("a\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("a\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task RetryAfterOfManyYears_IsBoundedByTheLongestPause()
    {
        var options = Options(_oss);
        options.RetryDelayLimit = options.RetryDelay;
        _oss.NextFails(new OssException(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "busy") { RetryAfter = TimeSpan.FromSeconds(int.MaxValue) });
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("a\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("a\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task MeterListenerThatThrows_NeitherDoublesNorStopsAnything()
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Tags?.Any(t => t.Value is "throwing-listener") == true)
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("listener"));
        listener.Start();
        var options = Options(_oss);
        options.Bucket = "throwing-listener";
        await using var appender = new OssAppender(options);

        Assert.True(appender.TryAppend(Record("a\n")));
        await appender.FlushOrFailAsync();
        Assert.True(appender.TryAppend(Record("b\n")));
        await appender.FlushOrFailAsync();

        Assert.Equal("a\nb\n", _oss.Text("app.log"));
        Assert.Equal(2, appender.GetSnapshot().Delivered);
    }

    [Fact]
    public async Task TroubleOfOneStream_IsReportedAtALimitedRateAndNotAsOver()
    {
        var reports = new ReportRecorder();
        var options = Options(_oss);
        options.ObjectKey = "{Tenant}.log";
        options.Diagnostics = reports;
        _oss.Always = request => request.Key == "bad.log"
            ? Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"))
            : Task.FromResult(_oss.Apply(request));
        options.CloseTimeout = TimeSpan.Zero;
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("x\n", values: "bad"));
        _ = appender.FlushAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 50; i++)
        {
            var refused = appender.GetSnapshot().Retries;
            while (appender.GetSnapshot().Retries < refused + 2)
                await Task.Yield();
            Assert.True(await appender.AppendAsync(Record("y\n", values: $"good{i % 5}"), TestContext.Current.CancellationToken));
            _ = appender.FlushAsync(TestContext.Current.CancellationToken);
            while (appender.GetSnapshot().Delivered <= i)
                await Task.Yield();
        }

        Assert.Single(reports.Reports, r => r.Level == OssDiagnosticLevel.Error);
        Assert.DoesNotContain(reports.Reports, r => r.Message.Contains("works again"));
    }

    [Fact]
    public async Task RequestWithoutAnAnswer_IsReportedWithHostAndPort()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var reports = new ReportRecorder();
        using var handler = new SilentHandler();
        var options = Options(_oss);
        options.Client = null;
        options.Endpoint = "http://127.0.0.1:8123";
        options.Bucket = "my-logs";
        options.Region = "cn-hangzhou";
        options.Credentials = new OssLogSinks.Core.Client.Credentials.StaticCredentialsProvider("id", "secret");
        options.HttpMessageHandler = handler;
        options.CloseTimeout = TimeSpan.Zero;
        options.TimeProvider = time;
        options.Diagnostics = reports;
        await using var appender = new OssAppender(options);
        appender.TryAppend(Record("x\n"));
        _ = appender.FlushOrFailAsync();
        await handler.Asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Contains("An append to 127.0.0.1:8123 has not finished after 10 seconds.", Assert.Single(reports.Reports).Message);
        Assert.Contains("127.0.0.1:8123", appender.GetSnapshot().LastFailure!.Message);
    }

    [Fact]
    public async Task RequestWithoutAnAnswer_IsReportedBeforeItIsGivenUp()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var reports = new ReportRecorder();
        var isUnderWay = new TaskCompletionSource();
        var options = Options(_oss);
        options.TimeProvider = time;
        options.Diagnostics = reports;
        var answer = new TaskCompletionSource<AppendObjectResult>();
        _oss.Next(_ =>
        {
            isUnderWay.SetResult();
            return answer.Task;
        });
        await using var appender = new OssAppender(options);
        appender.TryAppend(Record("x\n"));
        var flush = appender.FlushOrFailAsync();
        await isUnderWay.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Contains("has not finished after 10 seconds", Assert.Single(reports.Reports).Message);
        answer.SetResult(_oss.Apply(new AppendObjectRequest("app.log", 0, new("x\n"u8.ToArray()))));
        await flush;

        Assert.Contains("works again", reports.Reports[^1].Message);
    }

    private sealed class SilentHandler : HttpMessageHandler
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("It never answers.");
        }
    }
}
