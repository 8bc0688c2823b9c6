using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OssLogSinks.Core.Client;
using OssLogSinks.Emulator;
using OssLogSinks.EndToEnd.Child;

namespace OssLogSinks.Extensions.Logging.Tests.Support;

/// <summary>A container as a host builds it, with the provider in it.</summary>
internal sealed class ProviderHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private ProviderHost(ServiceProvider services)
    {
        _services = services;
        Factory = services.GetRequiredService<ILoggerFactory>();
        Provider = services.GetServices<ILoggerProvider>().OfType<OssAppendLoggerProvider>().Single();
        Logger = Factory.CreateLogger("Shop.Orders");
    }

    public ILoggerFactory Factory { get; }

    public OssAppendLoggerProvider Provider { get; }

    public ILogger Logger { get; }

    /// <param name="configure">Settings in code.</param>
    /// <param name="configuration">The root of the configuration; null for none.</param>
    /// <param name="more">More services.</param>
    public static ProviderHost Build(Action<OssAppendLoggerOptions> configure, IConfiguration? configuration = null, Action<ILoggingBuilder>? more = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging =>
        {
            if (configuration is not null)
                logging.AddConfiguration(configuration.GetSection("Logging"));
            logging.SetMinimumLevel(LogLevel.Trace).AddConsoleFormatter<MessageFormatter, ConsoleFormatterOptions>().AddOssAppend(configure);
            more?.Invoke(logging);
        });
        return new ProviderHost(services.BuildServiceProvider());
    }

    /// <summary>As <see cref="Build"/>, with a bucket in memory, one object, and the message alone for each event.</summary>
    public static ProviderHost InMemory(IOssClient bucket, Action<OssAppendLoggerOptions>? configure = null, IConfiguration? configuration = null, Action<ILoggingBuilder>? more = null) =>
        Build(
            options =>
            {
                options.Client = bucket;
                options.ObjectKey = configuration is null ? "app.log" : options.ObjectKey;
                options.Formatter = MessageFormatter.FormatterName;
                options.AppendInterval = TimeSpan.FromMilliseconds(8);
                configure?.Invoke(options);
            },
            configuration,
            more);

    /// <summary>Sets what leads to the emulator.</summary>
    public static void Reach(OssEmulator oss, OssAppendLoggerOptions options)
    {
        (options.Bucket, options.Region, options.Endpoint) = ("logs", oss.Region, oss.Endpoint.ToString());
        (options.AccessKeyId, options.AccessKeySecret) = (oss.AccessKeyId, oss.AccessKeySecret);
        (options.ObjectKey, options.Formatter) = ("app.log", MessageFormatter.FormatterName);
        options.AppendInterval = TimeSpan.FromMilliseconds(10);
        options.RetryDelay = TimeSpan.FromMilliseconds(5);
    }

    public static IConfigurationRoot Configuration(params (string Setting, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>("Logging:OssAppend:" + s.Setting, s.Value))).Build();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

/// <summary>Another provider, which keeps what it gets.</summary>
internal sealed class KeptProvider : ILoggerProvider
{
    private readonly List<(string Category, LogLevel Level, string Message)> _events = [];

    public IReadOnlyList<(string Category, LogLevel Level, string Message)> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    public ILogger CreateLogger(string categoryName) => new Kept(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Kept(KeptProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (provider._events)
                provider._events.Add((category, logLevel, formatter(state, exception)));
        }
    }
}

/// <summary>Keeps the events that were given up.</summary>
internal sealed class KeptLosses : ILostEventListener
{
    private readonly List<(LostEvent Event, Core.Telemetry.OssDeliveryException Failure)> _all = [];

    public Action? OnEach { get; set; }

    public IReadOnlyList<(LostEvent Event, Core.Telemetry.OssDeliveryException Failure)> All
    {
        get
        {
            lock (_all)
                return [.. _all];
        }
    }

    public void OnLost(IReadOnlyCollection<LostEvent> events, Core.Telemetry.OssDeliveryException failure)
    {
        lock (_all)
            _all.AddRange(events.Select(e => (e, failure)));
        OnEach?.Invoke();
    }
}
