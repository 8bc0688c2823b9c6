using System.Globalization;
using System.Text;
using NLog.Common;
using NLog.Config;
using NLog.Layouts;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Protocol;

namespace NLog.Targets.OssAppend.Tests.Support;

/// <summary>What of the user's is called by the delivery of an event.</summary>
public enum TargetInnerCaller
{
    Client,
    Handler,
    Credentials,
    InternalLogger,
    Continuation,
    Layout,
    LayoutAtCall,
    ObjectKey,
    ToStringOfAValue,
    All,
}

/// <summary>A target over HTTP to the emulator, each of whose callers may log to it.</summary>
internal sealed class TargetInnerEventWorld : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly TargetInnerCaller? _caller;
    private readonly LoggingHandler _handler;
    private readonly LogFactory _factory = new() { ThrowConfigExceptions = true };
    private readonly LogLevel _levelBefore = InternalLogger.LogLevel;
    private int _inner;

    private TargetInnerEventWorld(TargetInnerCaller? caller, OssEmulator oss, bool renderAtCall, bool hasBuffer)
    {
        _caller = caller;
        _handler = new LoggingHandler(() => LogInner(TargetInnerCaller.Handler));
        Oss = oss;
        Credentials = new LoggingCredentials(oss.AccessKeyId, oss.AccessKeySecret, () => LogInner(TargetInnerCaller.Credentials));
        Target = new OssAppendTarget
        {
            Name = "oss-" + Guid.NewGuid().ToString("N"),
            ObjectKey = Logs(TargetInnerCaller.ObjectKey) ? new LoggingLayout(e => LogInner(TargetInnerCaller.ObjectKey, e), _ => "app.log") : "app.log",
            Layout = Logs(TargetInnerCaller.LayoutAtCall)
                ? new LoggingLayout(e => LogInner(TargetInnerCaller.LayoutAtCall, e), e => e.FormattedMessage)
                : new LoggingLayoutOfAnyThread(e => LogInner(TargetInnerCaller.Layout, e)),
            DropTooLargeEvents = true,
            AppendIntervalMilliseconds = 10,
            RetryDelayMilliseconds = 1,
            // Longer than a test may take: a close that waits for itself fails it.
            CloseTimeoutSeconds = 3600,
            FlushTimeoutSeconds = -1,
            RenderAtCall = renderAtCall,
            BufferPath = hasBuffer ? new SimpleLayout(_folder) : null,
            DrainOnProcessExit = false,
            Configure = options =>
            {
                (options.Bucket, options.Region, options.Endpoint, options.Credentials) = ("logs", oss.Region, oss.Endpoint.ToString(), Credentials);
                options.HttpMessageHandler = _handler;
                options.RetryDelayLimit = TimeSpan.FromMilliseconds(10);
                if (Logs(TargetInnerCaller.Client))
                    PlugIn(options);
            },
        };
    }

    public OssEmulator Oss { get; }

    public OssAppendTarget Target { get; }

    public IOssCredentialsProvider Credentials { get; set; }

    /// <summary>How many events each call logs.</summary>
    public int BurstOf { get; set; } = 1;

    public int Outer { get; private set; }

    public int Inner => Volatile.Read(ref _inner);

    public int Appends => Oss.Requests.Count(r => r is { Operation: OssOperation.AppendObject, Status: 200 });

    private string[] Lines =>
        [.. Oss.ListObjects("logs").SelectMany(o => Encoding.UTF8.GetString(Oss.ReadObject("logs", o.Key)).Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    public static async Task<TargetInnerEventWorld> StartAsync(TargetInnerCaller? caller, bool renderAtCall, bool hasBuffer) =>
        new(caller, await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken), renderAtCall, hasBuffer);

    public void Open()
    {
        var configuration = new LoggingConfiguration(_factory);
        configuration.AddRuleForAllLevels(Target);
        _factory.Configuration = configuration;
        if (!Logs(TargetInnerCaller.InternalLogger))
            return;

        // It is off by default, and says nothing then.
        InternalLogger.LogLevel = LogLevel.Warn;
        InternalLogger.InternalEventOccurred += OnInternalEvent;
    }

    public void LogOuter(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Outer++;
            var logEvent = LogEventInfo.Create(LogLevel.Info, "Shop.Orders", CultureInfo.InvariantCulture, "outer {0}{1}", [Outer, new LoggingValue(() => LogInner(TargetInnerCaller.ToStringOfAValue))]);
            Target.WriteAsyncLogEvent(new AsyncLogEventInfo(logEvent, _ => LogInner(TargetInnerCaller.Continuation)));
        }
    }

    /// <summary>Logs so many events, each when the one before is stored: it takes as many append intervals, by whatever clock they run.</summary>
    public async Task PassTimeAsync(int intervals)
    {
        for (var i = 0; i < intervals; i++)
        {
            LogOuter(1);
            await Wait.UntilAsync(() => Lines.Length == Outer);
        }
    }

    /// <summary>Logs what something that this world does not know of has to say.</summary>
    public void LogInner()
    {
        // To the target itself: a logger says no more where an event goes once its factory is being shut down.
        for (var i = 0; i < BurstOf; i++)
        {
            var number = Interlocked.Increment(ref _inner);
            var logEvent = LogEventInfo.Create(LogLevel.Info, "Shop.Orders", CultureInfo.InvariantCulture, "inner {0:000000000} {1}", [number, new string('-', 80)]);
            Target.WriteAsyncLogEvent(new AsyncLogEventInfo(logEvent, _ => { }));
        }
    }

    public async Task FlushAsync()
    {
        var flushed = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Target.Flush(flushed.SetResult);
        await flushed.Task;
    }

    public Task CloseAsync() => Task.Factory.StartNew(_factory.Shutdown, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public List<string> LinesOf(string kind) => [.. Lines.Where(line => line.StartsWith(kind, StringComparison.Ordinal))];

    public void AssertEachIsStoredOrCounted(bool mayLoseOuter)
    {
        var outer = LinesOf("outer").Select(line => int.Parse(line.AsSpan(6), CultureInfo.InvariantCulture)).ToArray();
        var inner = LinesOf("inner").Select(line => line[..15]).ToArray();

        Assert.Equal(outer.Distinct().Order(), outer);
        if (!mayLoseOuter)
            Assert.Equal(Outer, outer.Length);
        Assert.Equal(inner.Length, inner.Distinct().Count());
        Assert.NotEqual(0, Inner);
        Assert.Equal(Outer + Inner, Lines.Length + Target.GetSnapshot().DroppedTotal);
    }

    public async ValueTask DisposeAsync()
    {
        InternalLogger.InternalEventOccurred -= OnInternalEvent;
        InternalLogger.LogLevel = _levelBefore;
        await CloseAsync();
        if (Target.DrainOnProcessExit)
            await EndWhatTakesLateEventsAsync();
        _factory.Dispose();
        await Oss.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
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

    private bool Logs(TargetInnerCaller caller) => _caller == caller || _caller == TargetInnerCaller.All;

    // Of the reports alone: whatever else NLog says comes from the threads of the application.
    private void OnInternalEvent(object? sender, InternalLogEventArgs e)
    {
        if (e.Level >= LogLevel.Warn && e.Message.Contains(Target.Name, StringComparison.Ordinal))
            LogInner(TargetInnerCaller.InternalLogger);
    }

    private void PlugIn(OssLogSinks.Core.OssAppenderOptions options)
    {
        var client = new OssClient(new OssClientOptions
        {
            Bucket = "logs",
            Region = Oss.Region,
            Endpoint = Oss.Endpoint.ToString(),
            Credentials = Credentials,
            HttpMessageHandler = _handler,
        });
        options.Client = new LoggingClient(client, () => LogInner(TargetInnerCaller.Client));
        (options.Bucket, options.Region, options.Endpoint, options.Credentials, options.HttpMessageHandler) = (null, null, null, null, null);
    }

    // One that logs for each event, its own included, would never end on any target.
    private void LogInner(TargetInnerCaller caller, LogEventInfo logEvent)
    {
        if (logEvent.Message.StartsWith("outer", StringComparison.Ordinal))
            LogInner(caller);
    }

    private void LogInner(TargetInnerCaller caller)
    {
        if (Logs(caller))
            LogInner();
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
