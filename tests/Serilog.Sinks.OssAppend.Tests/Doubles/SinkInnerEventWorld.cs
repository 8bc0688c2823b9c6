using System.Globalization;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Testing.FrontDoors;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Serilog.Sinks.OssAppend.Tests.Doubles;

/// <summary>A logger over HTTP to the emulator, each of whose callers may log to it.</summary>
internal sealed class SinkInnerEventWorld : InnerEventWorld
{
    private readonly LoggingHandler _handler;
    private Logger? _logger;

    private SinkInnerEventWorld(InnerCaller? caller, OssEmulator oss, bool renderAtCall, bool hasBuffer)
        : base(caller, oss)
    {
        _handler = new LoggingHandler(() => LogInner(InnerCaller.Handler));
        Options = new OssAppendSinkOptions
        {
            Bucket = "logs",
            Region = oss.Region,
            Endpoint = oss.Endpoint.ToString(),
            Credentials = new LoggingCredentials(oss.AccessKeyId, oss.AccessKeySecret, () => LogInner(InnerCaller.Credentials)),
            HttpMessageHandler = _handler,
            ObjectKey = "app.log",
            Formatter = new LoggingFormatter(() => LogInner(InnerCaller.Layout)),
            Diagnostics = new LoggingDiagnostics(() => LogInner(InnerCaller.Diagnostics)),
            AppendInterval = TimeSpan.FromMilliseconds(10),
            RetryDelay = TimeSpan.FromMilliseconds(1),
            RetryDelayLimit = TimeSpan.FromMilliseconds(10),
            // Longer than a test may take: a close that waits for itself fails it.
            CloseTimeout = TimeSpan.FromHours(1),
            RenderAtCall = renderAtCall,
            BufferPath = hasBuffer ? Folder : null,
            EventSizeLimitBytes = AppendSize,
            DropTooLargeEvents = true,
            Monitor = new OssAppendMonitor(),
        };
    }

    /// <summary>Those that a sink has; the formatter is its layout.</summary>
    public static InnerCaller[] Callers { get; } =
    [
        InnerCaller.Client, InnerCaller.Handler, InnerCaller.Credentials, InnerCaller.Diagnostics, InnerCaller.FailureListener, InnerCaller.Layout,
        InnerCaller.ToStringOfAValue, InnerCaller.All,
    ];

    public OssAppendSinkOptions Options { get; }

    protected override bool HasTooLargeEvents => Logs(InnerCaller.FailureListener);

    public static async Task<SinkInnerEventWorld> StartAsync(InnerCaller? caller, bool renderAtCall, bool hasBuffer) =>
        new(caller, await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken), renderAtCall, hasBuffer);

    public override void LeaveLittleSpace(int queueLimit, int appends)
    {
        Options.QueueLimit = queueLimit;
        Options.AppendSizeLimitBytes = Options.EventSizeLimitBytes = AppendSize;
        Options.MemoryLimitBytes = appends * AppendSize;
    }

    public override void WaitForSpace()
    {
        Options.BlockWhenFull = true;
        Options.BlockTimeout = Timeout.InfiniteTimeSpan;
    }

    public override void Open()
    {
        if (Logs(InnerCaller.Client))
        {
            Options.Client = NewClient(Options.Credentials!, _handler);
            (Options.Bucket, Options.Region, Options.Endpoint, Options.Credentials, Options.HttpMessageHandler) = (null, null, null, null, null);
        }

        var listener = new LoggingListener { Log = () => LogInner(InnerCaller.FailureListener) };
        _logger = new LoggerConfiguration().Destructure.AsScalar<LoggingValue>().WriteTo.Fallible(w => w.OssAppend(Options), listener).CreateLogger();
    }

    public override async Task FlushAsync() => await Options.Monitor!.FlushAsync(TestContext.Current.CancellationToken);

    public override async Task CloseAsync() => await _logger!.DisposeAsync();

    public override DeliverySnapshot GetSnapshot() => Options.Monitor!.GetSnapshot();

    protected override void LogOuterEvent(int number, object value) => _logger!.Information("outer {Number}{Value}", number, value);

    protected override void LogInnerEvent(int number, string text) => _logger!.Information("inner {Number:000000000} {Text}", number, text);
}

internal sealed class LoggingListener : ILoggingFailureListener
{
    public Action Log { get; set; } = () => { };

    public int Told { get; private set; }

    public void OnLoggingFailed(object sender, LoggingFailureKind kind, string message, IReadOnlyCollection<LogEvent>? events, Exception? exception)
    {
        Told++;
        Log();
    }
}

internal sealed class LoggingDiagnostics(Action log) : IOssDiagnostics
{
    public void Report(OssDiagnosticEvent diagnosticEvent) => log();
}

internal sealed class LoggingFormatter(Action log) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        // One that logs for each event, its own included, would never end on any sink.
        if (logEvent.MessageTemplate.Text.StartsWith("outer", StringComparison.Ordinal))
            log();
        output.Write(logEvent.RenderMessage(CultureInfo.InvariantCulture));
        output.Write('\n');
    }
}
