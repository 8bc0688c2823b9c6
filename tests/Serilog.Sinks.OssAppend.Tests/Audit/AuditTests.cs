using System.Net;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Audit;

/// <summary>A log call returns when its event is in OSS, and throws when it does not.</summary>
public sealed class AuditTests
{
    private readonly MemoryOss _bucket = new();

    [Fact]
    public async Task Call_ReturnsWhenItsEventIsStored()
    {
        await using var logger = Audit(Options());
        _bucket.Hold();

        var call = Task.Run(() => logger.Information("Paid"), TestContext.Current.CancellationToken);
        await _bucket.WhenAppended();
        Assert.False(call.IsCompleted);
        _bucket.Release();
        await call.InTime();

        Assert.Equal("Paid\n", _bucket.AllText);
        Assert.Single(_bucket.Appends);
    }

    [Fact]
    public void EachCall_IsStoredBeforeTheNext()
    {
        using var logger = Audit(Options());

        for (var i = 1; i <= 100; i++)
        {
            logger.Information("{I}", i);
            Assert.Equal(i, _bucket.Lines.Length);
        }
    }

    [Fact]
    public async Task CallsOfManyThreads_ShareAppends_AndEachWaitsForItsOwn()
    {
        const int Threads = 40;
        var options = Options();
        await using var logger = Audit(options);
        _bucket.Hold();

        var calls = Enumerable.Range(0, Threads).Select(i => OnAThread(() => logger.Information("{I}", i))).ToList();
        await Wait.UntilAsync(() => options.Monitor!.GetSnapshot().Accepted == Threads).InTime();
        Assert.DoesNotContain(calls, call => call.IsCompleted);
        _bucket.Release();
        await Task.WhenAll(calls).InTime();

        Assert.Equal(Enumerable.Range(0, Threads).Select(i => $"{i}").Order(), _bucket.Lines.Order());
        Assert.InRange(_bucket.Appends.Count, 1, 2);
    }

    [Fact]
    public async Task MoreCallsThanTheThreadPoolHasThreads_BlockNothing()
    {
        await using var logger = Audit(Options());
        ThreadPool.GetMinThreads(out var threads, out _);

        await Task.WhenAll(Enumerable.Range(0, 10 * threads).Select(i => Task.Run(() => logger.Information("{I}", i), TestContext.Current.CancellationToken))).InTime();

        Assert.Equal(Enumerable.Range(0, 10 * threads).Select(i => $"{i}").Order(), _bucket.Lines.Order());
    }

    [Fact]
    public async Task CallUnderASynchronizationContextThatRunsNothing_ComesBack()
    {
        using var logger = Audit(Options());

        await OnAThread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new DeadContext());
            logger.Information("One");
            logger.Dispose();
        }).InTime();

        Assert.Equal("One\n", _bucket.AllText);
    }

    [Fact]
    public void Refusal_ThrowsTheServicesErrorAndStoresNothingLater()
    {
        using var logger = Audit(Options());
        _bucket.Failure = new OssException(HttpStatusCode.Forbidden, "AccessDenied", "You have no right to {this}.") { Operation = "AppendObject", RequestId = "5C3D8D2A0ACA54D87B430000" };

        var failure = Failure(() => logger.Information("Refused"));
        _bucket.Failure = null;
        logger.Information("Taken");

        Assert.Equal(DropReason.Refused, failure.Reason);
        Assert.Contains("oss:PutObject", failure.Message, StringComparison.Ordinal);
        Assert.Equal("AccessDenied", Assert.IsType<OssException>(failure.InnerException).Code);
        Assert.DoesNotContain('{', failure.ToString());
        Assert.Equal("Taken\n", _bucket.AllText);
    }

    [Fact]
    public async Task TroubleThatMayPass_IsWaitedOut_ForAMinuteAtLeast()
    {
        var time = new FakeTimeProvider();
        var options = Options();
        options.TimeProvider = time;
        await using var logger = Audit(options);
        _bucket.Failure = new OssException(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "Please try again.");
        var begun = time.GetTimestamp();

        var call = OnAThread(() => logger.Information("Late"));
        await time.RunUntilEnd(Task.WhenAny(call));

        var failure = DeliveryFailure(await Assert.ThrowsAsync<AggregateException>(() => call));
        Assert.Equal(DropReason.RetryTimeOver, failure.Reason);
        Assert.False(failure.MayBeDelivered);
        Assert.True(time.GetElapsedTime(begun) >= TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task FirstLineOfTheException_SaysWhatFailedLastAndWhatToDo()
    {
        var time = new FakeTimeProvider();
        var options = Options();
        options.TimeProvider = time;
        await using var logger = Audit(options);
        _bucket.Failure = new OssException("GetObjectMeta failed: the name of oss.example cannot be resolved.", null) { Kind = OssFailureKind.NameNotResolved };

        var call = OnAThread(() => logger.Information("Late"));
        await time.RunUntilEnd(Task.WhenAny(call));

        var firstLine = (await Assert.ThrowsAsync<AggregateException>(() => call)).ToString().Split('\n')[0];
        Assert.Contains(
            "(RetryTimeOver): OSS did not accept them within the retry time. The last failure (NameNotResolved): GetObjectMeta failed: the name of oss.example cannot be resolved. Check the endpoint, the region and this machine's DNS.",
            firstLine,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstLineOfAClosesException_SaysWhatFailedLastAndWhatToDo()
    {
        var time = new FakeTimeProvider();
        var options = Options();
        options.TimeProvider = time;
        options.RetryTimeLimit = Timeout.InfiniteTimeSpan;
        var logger = Audit(options);
        _bucket.Failure = new OssException("AppendObject failed.", null) { Kind = OssFailureKind.Proxy };
        var call = OnAThread(() => logger.Information("Cut off"));
        await Wait.UntilAsync(() => options.Monitor!.GetSnapshot().LastFailure is not null).InTime();

        await time.RunUntilEnd(logger.DisposeAsync().AsTask());

        var failure = DeliveryFailure(await Assert.ThrowsAsync<AggregateException>(() => call));
        Assert.Equal(DropReason.CloseTimeOver, failure.Reason);
        Assert.Contains("the application stopped before OSS accepted them. The last failure (Proxy): AppendObject failed. Correct the proxy's address", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswersThatGetLostForEver_ThrowThatItMayBeDelivered()
    {
        var options = Options();
        options.RetryTimeLimit = TimeSpan.FromTicks(1);
        using var logger = Audit(options);
        _bucket.Failure = new HttpRequestException("The connection was closed.");

        // The look at the object fails first, so nothing was sent.
        Assert.False(Failure(() => logger.Information("Nothing sent")).MayBeDelivered);
        _bucket.Failure = null;
        logger.Information("The object is known");
        _bucket.Failure = new HttpRequestException("The connection was closed.");

        Assert.True(Failure(() => logger.Information("Sent")).MayBeDelivered);
    }

    [Fact]
    public void EventThatCannotBeRendered_ThrowsWhatTheFormatterThrew()
    {
        var options = Options();
        options.Formatter = new GatedFormatter();
        using var logger = Audit(options);

        var failure = Failure(() => logger.ForContext("Bad", true).Information("x"));

        Assert.Equal(DropReason.FormatError, failure.Reason);
        Assert.IsType<FormatException>(failure.InnerException);
        Assert.Equal(1, options.Monitor!.GetSnapshot().Dropped[DropReason.FormatError]);
        Assert.Empty(_bucket.Keys);
    }

    [Fact]
    public void EventThatIsTooLarge_Throws()
    {
        var options = Options();
        options.EventSizeLimitBytes = 10;
        using var logger = Audit(options);

        Assert.Equal(DropReason.TooLarge, Failure(() => logger.Information("More than ten bytes")).Reason);
    }

    [Fact]
    public async Task Close_EndsTheCallsThatWait_AndThoseThatComeLater()
    {
        var time = new FakeTimeProvider();
        var options = Options();
        options.TimeProvider = time;
        var logger = Audit(options);
        _bucket.Hold();
        var call = OnAThread(() => logger.Information("Cut off"));
        await _bucket.WhenAppended();

        var closing = logger.DisposeAsync().AsTask();
        await time.RunUntilEnd(closing);

        var cutOff = DeliveryFailure(await Assert.ThrowsAsync<AggregateException>(() => call));
        Assert.Equal(DropReason.CloseTimeOver, cutOff.Reason);
        Assert.True(cutOff.MayBeDelivered);
        Assert.Equal(DropReason.Closed, Failure(() => logger.Information("Too late")).Reason);
    }

    [Fact]
    public void ClientThatLogsToItsOwnLogger_IsRefusedInsteadOfWaiting()
    {
        Logger? logger = null;
        OssDeliveryException? told = null;
        var options = Options();
        options.HttpMessageHandler = null;
        options.Client = new LoggingClient(_bucket, () => told = Failure(() => logger!.Information("From the client")));
        using (logger = Audit(options))
            logger.Information("One");

        Assert.Contains("would wait for itself", told!.Message, StringComparison.Ordinal);
        Assert.Equal("One\n", _bucket.AllText);
    }

    [Fact]
    public void EventThatTheFormatterLeavesOut_IsNoFailure()
    {
        var options = Options();
        options.OutputTemplate = "{Nothing}";
        using var logger = Audit(options);

        logger.Information("Not written");

        Assert.Empty(_bucket.Keys);
    }

    [Fact]
    public void LevelsAndSwitches_AreHeeded()
    {
        using (var logger = new LoggerConfiguration().AuditTo.OssAppend(Options(), LogEventLevel.Warning).CreateLogger())
        {
            logger.Information("Below");
            logger.Warning("Above");
        }

        using (var logger = new LoggerConfiguration().AuditTo.OssAppend(Options(), levelSwitch: new LoggingLevelSwitch(LogEventLevel.Error)).CreateLogger())
        {
            logger.Warning("Below");
            logger.Error("Above the switch");
        }

        Assert.Equal("Above\nAbove the switch\n", _bucket.AllText);
    }

    private static Task OnAThread(Action act) =>
        Task.Factory.StartNew(act, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static OssDeliveryException Failure(Action act) => DeliveryFailure(Assert.Throws<AggregateException>(act));

    private static OssDeliveryException DeliveryFailure(AggregateException exception) =>
        Assert.IsType<OssDeliveryException>(Assert.Single(exception.InnerExceptions));

    private static Logger Audit(OssAppendSinkOptions options) => new LoggerConfiguration().AuditTo.OssAppend(options).CreateLogger();

    private OssAppendSinkOptions Options()
    {
        var options = Some.Options(_bucket);
        options.AppendInterval = new OssAppendSinkOptions().AppendInterval;
        return options;
    }

    private sealed class DeadContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }

        public override void Send(SendOrPostCallback d, object? state) => throw new InvalidOperationException("Nobody is there.");
    }
}
