using System.Globalization;
using NLog.Common;
using NLog.Config;
using NLog.Layouts;
using NLog.Targets.Wrappers;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Testing.FrontDoors;

namespace NLog.Targets.OssAppend.Tests.Support;

/// <summary>A target over HTTP to the emulator, each of whose callers may log to it.</summary>
internal sealed class TargetInnerEventWorld : InnerEventWorld
{
    private readonly LoggingHandler _handler;
    private readonly LogFactory _factory = new() { ThrowConfigExceptions = true };
    private readonly LogLevel _levelBefore = InternalLogger.LogLevel;

    private TargetInnerEventWorld(InnerCaller? caller, OssEmulator oss, bool renderAtCall, bool hasBuffer)
        : base(caller, oss)
    {
        _handler = new LoggingHandler(() => LogInner(InnerCaller.Handler));
        Credentials = new LoggingCredentials(oss.AccessKeyId, oss.AccessKeySecret, () => LogInner(InnerCaller.Credentials));
        Target = new OssAppendTarget
        {
            Name = "oss-" + Guid.NewGuid().ToString("N"),
            ObjectKey = Logs(InnerCaller.ObjectKey) ? new LoggingLayout(e => LogInner(InnerCaller.ObjectKey, e), _ => "app.log") : "app.log",
            Layout = Logs(InnerCaller.LayoutAtCall)
                ? new LoggingLayout(e => LogInner(InnerCaller.LayoutAtCall, e), e => e.FormattedMessage)
                : new LoggingLayoutOfAnyThread(e => LogInner(InnerCaller.Layout, e)),
            DropTooLargeEvents = true,
            AppendIntervalMilliseconds = 10,
            RetryDelayMilliseconds = 1,
            // Longer than a test may take: a close that waits for itself fails it.
            CloseTimeoutSeconds = 3600,
            FlushTimeoutSeconds = -1,
            RenderAtCall = renderAtCall,
            BufferPath = hasBuffer ? new SimpleLayout(Folder) : null,
            DrainOnProcessExit = false,
            Configure = options =>
            {
                (options.Bucket, options.Region, options.Endpoint, options.Credentials) = ("logs", oss.Region, oss.Endpoint.ToString(), Credentials);
                options.HttpMessageHandler = _handler;
                options.RetryDelayLimit = TimeSpan.FromMilliseconds(10);
                if (!Logs(InnerCaller.Client))
                    return;

                options.Client = NewClient(Credentials, _handler);
                (options.Bucket, options.Region, options.Endpoint, options.Credentials, options.HttpMessageHandler) = (null, null, null, null, null);
            },
        };
    }

    /// <summary>Those that a target has; NLog's internal log is where it reports.</summary>
    public static InnerCaller[] Callers { get; } =
    [
        InnerCaller.Client, InnerCaller.Handler, InnerCaller.Credentials, InnerCaller.Diagnostics, InnerCaller.Continuation, InnerCaller.Layout,
        InnerCaller.LayoutAtCall, InnerCaller.ObjectKey, InnerCaller.ToStringOfAValue, InnerCaller.All,
    ];

    public OssAppendTarget Target { get; }

    public IOssCredentialsProvider Credentials { get; set; }

    public static async Task<TargetInnerEventWorld> StartAsync(InnerCaller? caller, bool renderAtCall, bool hasBuffer) =>
        new(caller, await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken), renderAtCall, hasBuffer);

    public override void LeaveLittleSpace(int queueLimit, int appends)
    {
        Target.QueueLimit = queueLimit;
        Target.AppendSizeLimitBytes = Target.EventSizeLimitBytes = AppendSize;
        Target.MemoryLimitBytes = appends * AppendSize;
    }

    public override void WaitForSpace() => Target.OverflowAction = AsyncTargetWrapperOverflowAction.Block;

    public override void Open()
    {
        var configuration = new LoggingConfiguration(_factory);
        configuration.AddRuleForAllLevels(Target);
        _factory.Configuration = configuration;
        if (!Logs(InnerCaller.Diagnostics))
            return;

        // It is off by default, and says nothing then.
        InternalLogger.LogLevel = LogLevel.Warn;
        InternalLogger.InternalEventOccurred += OnInternalEvent;
    }

    public override async Task FlushAsync()
    {
        var flushed = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Target.Flush(flushed.SetResult);
        await flushed.Task;
    }

    public override Task CloseAsync() => Task.Factory.StartNew(_factory.Shutdown, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public override DeliverySnapshot GetSnapshot() => Target.GetSnapshot();

    public override async ValueTask DisposeAsync()
    {
        InternalLogger.InternalEventOccurred -= OnInternalEvent;
        InternalLogger.LogLevel = _levelBefore;
        await CloseAsync();
        if (Target.DrainOnProcessExit)
            await EndWhatTakesLateEventsAsync();
        await base.DisposeAsync();
        _factory.Dispose();
    }

    protected override void LogOuterEvent(int number, object value) =>
        Write("outer {0}{1}", [number, value], _ => LogInner(InnerCaller.Continuation));

    protected override void LogInnerEvent(int number, string text) => Write("inner {0:000000000} {1}", [number, text], _ => { });

    // To the target itself: a logger says no more where an event goes once its factory is being shut down.
    private void Write(string message, object?[] arguments, AsyncContinuation continuation)
    {
        var logEvent = LogEventInfo.Create(LogLevel.Info, "Shop.Orders", CultureInfo.InvariantCulture, message, arguments);
        Target.WriteAsyncLogEvent(new AsyncLogEventInfo(logEvent, continuation));
    }

    // A later target of the factory does it when it closes. Left alone it would try to reach the emulator for the whole close timeout,
    // and the process would not end before.
    private async Task EndWhatTakesLateEventsAsync()
    {
        var configuration = new LoggingConfiguration(_factory);
        configuration.AddRuleForAllLevels(new OssAppendTarget
        {
            Name = "later",
            ObjectKey = "later.log",
            DrainOnProcessExit = true,
            Configure = options => (options.Bucket, options.Region, options.Endpoint, options.Credentials) = ("logs", Oss.Region, Oss.Endpoint.ToString(), Credentials),
        });
        _factory.Configuration = configuration;
        await CloseAsync();
    }

    // Of the reports alone: whatever else NLog says comes from the threads of the application.
    private void OnInternalEvent(object? sender, InternalLogEventArgs e)
    {
        if (e.Level >= LogLevel.Warn && e.Message.Contains(Target.Name, StringComparison.Ordinal))
            LogInner(InnerCaller.Diagnostics);
    }

    // One that logs for each event, its own included, would never end on any target.
    private void LogInner(InnerCaller caller, LogEventInfo logEvent)
    {
        if (logEvent.Message.StartsWith("outer", StringComparison.Ordinal))
            LogInner(caller);
    }
}

internal sealed class LoggingLayout(Action<LogEventInfo> log, Func<LogEventInfo, string> render) : Layout
{
    protected override string GetFormattedMessage(LogEventInfo logEvent)
    {
        log(logEvent);
        return render(logEvent);
    }
}

[ThreadAgnostic]
internal sealed class LoggingLayoutOfAnyThread(Action<LogEventInfo> log) : Layout
{
    protected override string GetFormattedMessage(LogEventInfo logEvent)
    {
        log(logEvent);
        return logEvent.FormattedMessage;
    }
}
