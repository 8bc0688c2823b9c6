using System.Net;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Diagnostics;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Diagnostics;

public sealed class FallbackTests : IDisposable
{
    private readonly MemoryOss _bucket = new();
    private readonly CollectingSink _fallback = new();

    public void Dispose() => _fallback.Dispose();

    [Fact]
    public async Task FallbackChain_GetsExactlyTheLost_EachOnce()
    {
        var options = Some.Options(_bucket);
        options.Formatter = new GatedFormatter();
        options.EventSizeLimitBytes = 4096;
        options.DropTooLargeEvents = true;
        await using (var logger = Chain(options))
        {
            for (var i = 0; i < 300; i++)
                LogOneOfThree(logger, i);
        }

        Assert.Equal(Enumerable.Range(0, 300).Where(i => i % 3 == 0).Select(i => $"half a line {i} good"), _bucket.Lines);
        Assert.Equal(
            Enumerable.Range(0, 300).Where(i => i % 3 != 0),
            _fallback.Events.Select(e => (int)((ScalarValue)e.Properties["I"]).Value!));
        var snapshot = options.Monitor!.GetSnapshot();
        Assert.Equal(100, snapshot.Dropped[DropReason.FormatError]);
        Assert.Equal(100, snapshot.Dropped[DropReason.TooLarge]);
    }

    [Fact]
    public async Task ListenerThatFails_IsReportedWhereAllReportsGo()
    {
        var reports = new KeptReports();
        var options = Some.Options(_bucket);
        options.Diagnostics = reports;
        options.EventSizeLimitBytes = 4096;
        options.DropTooLargeEvents = true;
        await using (var logger = new LoggerConfiguration().WriteTo.Fallible(to => to.OssAppend(options), new FailingListener()).CreateLogger())
            logger.Information("{Text}", new string('x', 5000));

        Assert.Contains(reports.Messages, message => message.Contains("The failure listener failed with System.InvalidOperationException", StringComparison.Ordinal));
    }

    [Fact]
    public async Task QueueOverflow_GoesToTheFallback_WholeAndOnce()
    {
        var formatter = new GatedFormatter();
        formatter.Close();
        var options = Some.Options(_bucket);
        options.Formatter = formatter;
        options.QueueLimit = 20;
        await using (var logger = Chain(options))
        {
            for (var i = 0; i < 200; i++)
                logger.Information("{I}", i);
            formatter.Open();
        }

        var stored = _bucket.Lines.Select(line => line["half a line ".Length..]).ToArray();
        Assert.Equal(20, stored.Length);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}"), stored.Concat(_fallback.Messages));
    }

    [Fact]
    public async Task CloseDeadline_GivesTheFallbackTheRest_BeforeItIsClosed()
    {
        _bucket.Hold();
        var time = new FakeTimeProvider();
        var options = Some.Options(_bucket);
        options.TimeProvider = time;
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.MemoryLimitBytes = 8192;
        var logger = Chain(options);
        for (var i = 0; i < 2000; i++)
            logger.Information("{I}", i);

        var closing = logger.DisposeAsync().AsTask();
        time.Advance(options.CloseTimeout);
        await closing.InTime();

        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{i}").Order(), _fallback.Messages.Order());
        Assert.True(_fallback.IsDisposed);
    }

    [Fact]
    public async Task RetryTimeOver_GivesTheFallbackWhatOssRefused()
    {
        _bucket.Failure = new OssException(HttpStatusCode.Forbidden, "AccessDenied", "No {0} such {right.");
        var time = new FakeTimeProvider();
        var options = Some.Options(_bucket);
        options.TimeProvider = time;
        options.RetryTimeLimit = TimeSpan.FromMinutes(5);
        await using (var logger = Chain(options))
        {
            logger.Information("Refused");
            await time.RunUntilEnd(Wait.UntilAsync(() => _fallback.Events.Count > 0));
            _bucket.Failure = null;
            logger.Information("Taken");
        }

        Assert.Equal(["Refused"], _fallback.Messages);
        Assert.Equal("Taken\n", _bucket.AllText);
    }

    [Fact]
    public async Task LevelSwitchAndMinimumLevel_DoNotCutTheListenerOff()
    {
        var options = Some.Options(_bucket);
        options.EventSizeLimitBytes = 1;
        var listener = new RecordingListener();
        await using (var logger = new LoggerConfiguration().MinimumLevel.Verbose()
            .WriteTo.Fallible(w => w.OssAppend(options, LogEventLevel.Warning), listener)
            .WriteTo.Fallible(w => w.OssAppend(options, levelSwitch: new LoggingLevelSwitch(LogEventLevel.Error)), listener)
            .CreateLogger())
        {
            logger.Information("Below both");
            logger.Warning("Above one");
            logger.Error("Above both");
        }

        Assert.Equal(["Above both", "Above both", "Above one"], listener.Events.Select(e => e.MessageTemplate.Text).Order());
    }

    [Fact]
    public async Task FallbackChainWithinWriteToLogger_GetsExactlyTheLost()
    {
        var options = Some.Options(_bucket);
        options.EventSizeLimitBytes = 10;
        await using (var logger = new LoggerConfiguration()
            .WriteTo.Logger(inner => inner.WriteTo.FallbackChain(w => w.OssAppend(options), w => w.Sink(_fallback)))
            .CreateLogger())
        {
            logger.Information("Short");
            logger.Information("More than ten bytes");
        }

        Assert.Equal(["Short"], _bucket.Lines);
        Assert.Equal(["More than ten bytes"], _fallback.Messages);
    }

    [Fact]
    public async Task FallibleWithinWriteToLogger_TellsExactlyTheLost()
    {
        var options = Some.Options(_bucket);
        options.EventSizeLimitBytes = 10;
        var listener = new RecordingListener();
        await using (var logger = new LoggerConfiguration()
            .WriteTo.Logger(inner => inner.MinimumLevel.Warning().WriteTo.Fallible(w => w.OssAppend(options), listener))
            .CreateLogger())
        {
            logger.Information("Below the inner level, and long");
            logger.Warning("Short");
            logger.Warning("More than ten bytes");
        }

        Assert.Equal(["Short"], _bucket.Lines);
        Assert.Equal(["More than ten bytes"], listener.Events.Select(e => e.MessageTemplate.Text));
    }

    // Serilog hands no listener into a logger within a sink: what is lost in it is counted and reported, and not told.
    [Fact]
    public async Task WriteToLoggerInAFallbackChain_IsCountedWithoutAListener()
    {
        var options = Some.Options(_bucket);
        options.EventSizeLimitBytes = 10;
        await using (var logger = new LoggerConfiguration()
            .WriteTo.FallbackChain(w => w.Logger(inner => inner.WriteTo.OssAppend(options)), w => w.Sink(_fallback))
            .CreateLogger())
        {
            logger.Information("More than ten bytes");
        }

        Assert.Empty(_fallback.Messages);
        Assert.Equal(1, options.Monitor!.GetSnapshot().Dropped[DropReason.TooLarge]);
    }

    [Fact]
    public async Task Listener_IsToldWhoWhatAndWhy_WithoutBraces()
    {
        var options = Some.Options(_bucket);
        options.Formatter = new GatedFormatter();
        var listener = new RecordingListener();
        await using (var logger = new LoggerConfiguration().WriteTo.Fallible(w => w.OssAppend(options), listener).CreateLogger())
            logger.Information("{Bad}", 1);

        var told = Assert.Single(listener.All);
        Assert.Equal("OssAppendSink", told.Sender.GetType().Name);
        Assert.Equal(LoggingFailureKind.Permanent, told.Kind);
        var failure = Assert.IsType<OssDeliveryException>(told.Exception);
        Assert.Equal(DropReason.FormatError, failure.Reason);
        Assert.IsType<FormatException>(failure.InnerException);
        Assert.DoesNotContain('{', told.Message + failure);
    }

    [Fact]
    public async Task ListenerThatThrows_StopsNothing()
    {
        var options = Some.Options(_bucket);
        options.Formatter = new GatedFormatter();
        await using (var logger = new LoggerConfiguration().WriteTo.Fallible(w => w.OssAppend(options), new ThrowingListener()).CreateLogger())
        {
            logger.Information("{Bad}", 1);
            logger.Information("Good");
        }

        Assert.Equal(["half a line Good"], _bucket.Lines);
    }

    [Fact]
    public void WithoutAListenerOfTheUser_NoEventIsKept()
    {
        var relay = new FailureRelay(this, SelfLogDiagnostics.Instance.Report);
        Assert.Null(relay.StateOf(Some.Event("x"), EventOrigin.Application));
        relay.SetListener(SelfLog.FailureListener);
        Assert.Null(relay.StateOf(Some.Event("x"), EventOrigin.Application));
        relay.SetListener(new RecordingListener());
        Assert.NotNull(relay.StateOf(Some.Event("x"), EventOrigin.Application));
    }

    private Logger Chain(OssAppendSinkOptions options) =>
        new LoggerConfiguration().WriteTo.FallbackChain(w => w.OssAppend(options), w => w.Sink(_fallback)).CreateLogger();

    private static void LogOneOfThree(Logger logger, int i)
    {
        if (i % 3 == 0)
            logger.Information("{I} good", i);
        else if (i % 3 == 1)
            logger.ForContext("Bad", true).Information("{I}", i);
        else
            logger.Information("{I} {Long}", i, new string('x', 5000));
    }

    private sealed class ThrowingListener : ILoggingFailureListener
    {
        public void OnLoggingFailed(object sender, LoggingFailureKind kind, string message, IReadOnlyCollection<LogEvent>? events, Exception? exception) =>
            throw new InvalidOperationException("{0} {");
    }

    private sealed class KeptReports : IOssDiagnostics
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _messages = new();

        public IEnumerable<string> Messages => _messages;

        public void Report(OssDiagnosticEvent diagnosticEvent) => _messages.Enqueue(diagnosticEvent.Message);
    }

    private sealed class FailingListener : ILoggingFailureListener
    {
        public void OnLoggingFailed(object sender, LoggingFailureKind kind, string message, IReadOnlyCollection<LogEvent>? events, Exception? exception) =>
            throw new InvalidOperationException("no");
    }
}
