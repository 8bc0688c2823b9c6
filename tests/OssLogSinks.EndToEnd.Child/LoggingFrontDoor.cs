using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Extensions.Logging;

namespace OssLogSinks.EndToEnd.Child;

internal sealed class LoggingFrontDoor : IFrontDoor, ILostEventListener
{
    private readonly ServiceProvider _services;
    private readonly OssAppendLoggerProvider _provider;
    private readonly ILogger _logger;
    private readonly OssFlushTarget _flushTarget;

    public LoggingFrontDoor(Order order)
    {
        _flushTarget = order.FlushTarget;
        var services = new ServiceCollection().AddSingleton<ILostEventListener>(this);
        services.AddLogging(logging => logging.AddConsoleFormatter<MessageFormatter, ConsoleFormatterOptions>().AddOssAppend(options =>
        {
            options.Endpoint = order.Endpoint;
            options.Region = order.Region;
            options.Bucket = order.Bucket;
            options.AccessKeyId = order.AccessKeyId;
            options.AccessKeySecret = order.AccessKeySecret;
            options.ObjectKey = order.ObjectKey;
            options.Formatter = MessageFormatter.FormatterName;
            options.AppendInterval = TimeSpan.FromMilliseconds(order.PeriodMilliseconds);
            options.CloseTimeout = TimeSpan.FromSeconds(order.CloseTimeoutSeconds);
            options.RetryDelay = TimeSpan.FromMilliseconds(5);
            options.RetryDelayLimit = TimeSpan.FromMilliseconds(100);
            options.DrainOnProcessExit = order.DrainOnProcessExit;
            options.BufferPath = order.BufferPath;
            options.ReportToConsole = true;
        }));
        _services = services.BuildServiceProvider();
        _logger = _services.GetRequiredService<ILoggerFactory>().CreateLogger("Child");
        _provider = _services.GetServices<ILoggerProvider>().OfType<OssAppendLoggerProvider>().Single();
    }

    public void Log(string text) => _logger.Log(LogLevel.Information, default, text, null, static (state, _) => state);

    public async Task FlushAsync()
    {
        if (!await _provider.FlushAsync(_flushTarget))
            throw new InvalidOperationException("The flush failed.");
    }

    public void CloseAndFlush() => _services.Dispose();

    public void AddTo(ILoggingBuilder logging) => logging.AddProvider(_provider).AddFilter("Microsoft", LogLevel.Warning);

    public void OnLost(IReadOnlyCollection<LostEvent> events, OssDeliveryException failure)
    {
        foreach (var lost in events)
            Console.Write("lost: " + lost.Text);
    }
}
