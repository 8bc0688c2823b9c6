using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Extensions.Logging.Tests.Support;
using OssLogSinks.Testing.FrontDoors;

namespace OssLogSinks.Extensions.Logging.Tests;

/// <summary>Events that delivery itself logs, through whatever it calls, to the very provider that it delivers for.</summary>
public class ProviderInnerEventTests : InnerEventTests
{
    public static TheoryData<InnerCaller, bool> Ways { get; } =
        [.. ProviderInnerEventWorld.Callers.SelectMany((caller, index) => new[] { false, true }.Select(hasBuffer =>
            new TheoryDataRow<InnerCaller, bool>(caller, hasBuffer) { Explicit = caller != InnerCaller.All && hasBuffer != (index % 2 == 0) }))];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task WithoutSpace_NoneWaits_AndEachIsStoredOrCounted(InnerCaller caller, bool hasBuffer)
    {
        await using var world = await StartAsync(caller, renderAtCall: true, hasBuffer);
        world.WaitForSpace();
        await RunWithoutSpaceAsync(world, caller, hasBuffer);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task InnerEventsWithSpace_AreStoredWithTheNextAppend(InnerCaller caller, bool hasBuffer)
    {
        await using var world = await StartAsync(caller, renderAtCall: true, hasBuffer);
        await using var measure = await StartAsync(caller: null, renderAtCall: true, hasBuffer);
        await RunWithSpaceAsync(world, measure);
    }

    private protected override async Task<InnerEventWorld> StartAsync(InnerCaller? caller, bool renderAtCall, bool hasBuffer) =>
        await ProviderInnerEventWorld.StartAsync(caller, hasBuffer);
}

/// <summary>A listener of the HTTP stack that logs to the provider that sends with it.</summary>
[Collection(ProviderAloneCollection.Name)]
public class ProviderNetworkListenerTests : NetworkListenerTests
{
    private protected override async Task<InnerEventWorld> StartAsync(bool renderAtCall, bool hasBuffer) =>
        await ProviderInnerEventWorld.StartAsync(caller: null, hasBuffer);

    // A closed provider counts what comes later.
    private protected override void AssertAfterClose(InnerEventWorld world) => world.AssertEachIsStoredOrCounted();
}

/// <summary>Tests that use what there is only one of in a process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProviderAloneCollection
{
    public const string Name = "Alone";
}

/// <summary>A provider over HTTP to the emulator, each of whose callers may log to it. It always renders within the call.</summary>
internal sealed class ProviderInnerEventWorld : InnerEventWorld
{
    private readonly LoggingHandler _handler;
    private Action<OssAppendLoggerOptions> _settings;
    private ProviderHost? _host;

    private ProviderInnerEventWorld(InnerCaller? caller, OssEmulator oss, bool hasBuffer)
        : base(caller, oss)
    {
        _handler = new LoggingHandler(() => LogInner(InnerCaller.Handler));
        _settings = options =>
        {
            ProviderHost.Reach(oss, options);
            (options.AccessKeyId, options.AccessKeySecret) = (null, null);
            options.Credentials = new LoggingCredentials(oss.AccessKeyId, oss.AccessKeySecret, () => LogInner(InnerCaller.Credentials));
            options.HttpMessageHandler = _handler;
            options.Formatter = "logging";
            (options.RetryDelay, options.RetryDelayLimit) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10));
            // Longer than a test may take: a close that waits for itself fails it.
            options.CloseTimeout = TimeSpan.FromHours(1);
            options.BufferPath = hasBuffer ? Folder : null;
            options.EventSizeLimitBytes = AppendSize;
            options.DropTooLargeEvents = true;
            if (!Logs(InnerCaller.Client))
                return;

            options.Client = NewClient(options.Credentials, _handler);
            (options.Bucket, options.Region, options.Endpoint, options.Credentials, options.HttpMessageHandler) = (null, null, null, null, null);
        };
    }

    /// <summary>Those that a provider has; the formatter is its layout, and another provider gets its reports.</summary>
    public static InnerCaller[] Callers { get; } =
    [
        InnerCaller.Client, InnerCaller.Handler, InnerCaller.Credentials, InnerCaller.Diagnostics, InnerCaller.FailureListener, InnerCaller.Layout,
        InnerCaller.ToStringOfAValue, InnerCaller.All,
    ];

    protected override bool HasTooLargeEvents => Logs(InnerCaller.FailureListener);

    public static async Task<ProviderInnerEventWorld> StartAsync(InnerCaller? caller, bool hasBuffer) =>
        new(caller, await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken), hasBuffer);

    public override void LeaveLittleSpace(int queueLimit, int appends) => _settings += options =>
    {
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = AppendSize;
        options.MemoryLimitBytes = appends * AppendSize;
    };

    public override void WaitForSpace() => _settings += options => (options.BlockWhenFull, options.BlockTimeout) = (true, Timeout.InfiniteTimeSpan);

    public override void Open()
    {
        var losses = new KeptLosses { OnEach = () => LogInner(InnerCaller.FailureListener) };
        _host = ProviderHost.Build(_settings, more: logging =>
        {
            logging.Services.AddSingleton<ILostEventListener>(losses);
            logging.Services.AddSingleton<ConsoleFormatter>(new LoggingConsoleFormatter(() => LogInner(InnerCaller.Layout)));
            logging.AddProvider(new LoggingOtherProvider(() => LogInner(InnerCaller.Diagnostics)));
        });
    }

    public override async Task FlushAsync() => await _host!.Provider.FlushAsync(cancellationToken: TestContext.Current.CancellationToken);

    public override async Task CloseAsync() => await _host!.DisposeAsync();

    public override DeliverySnapshot GetSnapshot() => _host!.Provider.GetSnapshot();

    protected override void LogOuterEvent(int number, object value) => _host!.Logger.LogInformation("outer {Number}{Value}", number, value);

    protected override void LogInnerEvent(int number, string text) => _host!.Logger.LogInformation("inner {Number:000000000} {Text}", number, text);

    private sealed class LoggingConsoleFormatter(Action log) : ConsoleFormatter("logging")
    {
        public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
        {
            var message = logEntry.Formatter(logEntry.State, logEntry.Exception);

            // One that logs for each event, its own included, would never end on any provider.
            if (message.StartsWith("outer", StringComparison.Ordinal))
                log();
            textWriter.Write(message + "\n");
        }
    }

    private sealed class LoggingOtherProvider(Action log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => categoryName == "OssLogSinks.OssAppend" ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => log();

        public void Dispose()
        {
        }
    }
}
