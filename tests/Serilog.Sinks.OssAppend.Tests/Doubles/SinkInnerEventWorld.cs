using System.Globalization;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Protocol;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Serilog.Sinks.OssAppend.Tests.Doubles;

/// <summary>What of the user's is called by the delivery of an event.</summary>
public enum SinkInnerCaller
{
    Client,
    Handler,
    Credentials,
    Diagnostics,
    FailureListener,
    Formatter,
    ToStringOfAValue,
    All,
}

/// <summary>A logger over HTTP to the emulator, each of whose callers may log to it.</summary>
internal sealed class SinkInnerEventWorld : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly SinkInnerCaller? _caller;
    private readonly LoggingHandler _handler;
    private Logger? _logger;
    private int _inner;

    private SinkInnerEventWorld(SinkInnerCaller? caller, OssEmulator oss, bool renderAtCall, bool hasBuffer)
    {
        _caller = caller;
        _handler = new LoggingHandler(() => LogInner(SinkInnerCaller.Handler));
        Oss = oss;
        Options = new OssAppendSinkOptions
        {
            Bucket = "logs",
            Region = oss.Region,
            Endpoint = oss.Endpoint.ToString(),
            Credentials = new LoggingCredentials(oss.AccessKeyId, oss.AccessKeySecret, () => LogInner(SinkInnerCaller.Credentials)),
            HttpMessageHandler = _handler,
            ObjectKey = "app.log",
            Formatter = new LoggingFormatter(() => LogInner(SinkInnerCaller.Formatter)),
            Diagnostics = new LoggingDiagnostics(() => LogInner(SinkInnerCaller.Diagnostics)),
            AppendInterval = TimeSpan.FromMilliseconds(10),
            RetryDelay = TimeSpan.FromMilliseconds(1),
            RetryDelayLimit = TimeSpan.FromMilliseconds(10),
            // Longer than a test may take: a close that waits for itself fails it.
            CloseTimeout = TimeSpan.FromHours(1),
            RenderAtCall = renderAtCall,
            BufferPath = hasBuffer ? _folder : null,
            EventSizeLimitBytes = 4096,
            DropTooLargeEvents = true,
            Monitor = new OssAppendMonitor(),
        };
    }

    public OssEmulator Oss { get; }

    public OssAppendSinkOptions Options { get; }

    /// <summary>How many events each call logs.</summary>
    public int BurstOf { get; set; } = 1;

    public SinkInnerEventWorld? LogInnerTo { get; set; }

    public int Outer { get; private set; }

    public int TooLarge { get; private set; }

    public int Inner => Volatile.Read(ref _inner);

    public int Appends => Oss.Requests.Count(r => r is { Operation: OssOperation.AppendObject, Status: 200 });

    public string[] Lines =>
        Oss.FindObject("logs", "app.log") is null ? [] : Encoding.UTF8.GetString(Oss.ReadObject("logs", "app.log")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static async Task<SinkInnerEventWorld> StartAsync(SinkInnerCaller? caller, bool renderAtCall, bool hasBuffer) =>
        new(caller, await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken), renderAtCall, hasBuffer);

    public void Open()
    {
        if (Logs(SinkInnerCaller.Client))
        {
            var client = new OssClient(new OssClientOptions
            {
                Bucket = "logs",
                Region = Oss.Region,
                Endpoint = Oss.Endpoint.ToString(),
                Credentials = Options.Credentials,
                HttpMessageHandler = _handler,
            });
            Options.Client = new LoggingClient(client, () => LogInner(SinkInnerCaller.Client));
            (Options.Bucket, Options.Region, Options.Endpoint, Options.Credentials, Options.HttpMessageHandler) = (null, null, null, null, null);
        }

        var listener = new LoggingListener { Log = () => LogInner(SinkInnerCaller.FailureListener) };
        _logger = new LoggerConfiguration().Destructure.AsScalar<LoggingValue>().WriteTo.Fallible(w => w.OssAppend(Options), listener).CreateLogger();
    }

    public void LogOuter(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Outer++;
            _logger!.Information("outer {Number}{Value}", Outer, new LoggingValue(() => LogInner(SinkInnerCaller.ToStringOfAValue)));
            if (!Logs(SinkInnerCaller.FailureListener) || i % 10 != 0)
                continue;

            Outer++;
            TooLarge++;
            _logger.Information("outer {Number}{Value}", Outer, new string('x', 5000));
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
        var world = LogInnerTo ?? this;
        for (var i = 0; i < BurstOf; i++)
            world._logger!.Information("inner {Number:000000000} {Text}", Interlocked.Increment(ref world._inner), new string('-', 80));
    }

    public async Task FlushAsync() => await Options.Monitor!.FlushAsync(TestContext.Current.CancellationToken);

    public async Task CloseAsync() => await _logger!.DisposeAsync();

    public void AssertEachIsStoredOrCounted(bool mayLoseOuter = false)
    {
        var snapshot = Options.Monitor!.GetSnapshot();
        var outer = Lines.Where(line => line.StartsWith("outer", StringComparison.Ordinal)).Select(line => int.Parse(line.AsSpan(6), CultureInfo.InvariantCulture)).ToArray();
        var inner = Lines.Where(line => line.StartsWith("inner", StringComparison.Ordinal)).Select(line => line[..15]).ToArray();

        Assert.Equal(outer.Distinct().Order(), outer);
        if (!mayLoseOuter)
            Assert.Equal(Outer - TooLarge, outer.Length);
        Assert.Equal(inner.Length, inner.Distinct().Count());
        Assert.NotEqual(0, Inner);
        Assert.Equal(Outer + Inner, Lines.Length + snapshot.DroppedTotal);
        Assert.Equal(TooLarge, snapshot.Dropped.GetValueOrDefault(DropReason.TooLarge));
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await Oss.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private bool Logs(SinkInnerCaller caller) => _caller == caller || _caller == SinkInnerCaller.All;

    private void LogInner(SinkInnerCaller caller)
    {
        if (Logs(caller))
            LogInner();
    }
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
