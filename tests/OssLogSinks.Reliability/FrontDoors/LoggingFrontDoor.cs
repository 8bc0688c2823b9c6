using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.EndToEnd.Child;
using OssLogSinks.Extensions.Logging;
using OssLogSinks.Reliability.Events;

namespace OssLogSinks.Reliability.FrontDoors;

/// <summary>A container's logger with the provider.</summary>
internal sealed partial class LoggingFrontDoor : IFrontDoor
{
    private readonly ServiceProvider _services;
    private readonly OssAppendLoggerProvider _provider;
    private readonly ILogger _logger;

    public LoggingFrontDoor(FrontDoorSettings settings)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddOssAppend(options => Set(options, settings)));
        services.AddSingleton<ConsoleFormatter>(new MessageFormatter(settings.Inner is { } inner ? inner.LogForRendered : null));
        _services = services.BuildServiceProvider();
        _logger = _services.GetRequiredService<ILoggerFactory>().CreateLogger("Reliability");
        _provider = _services.GetServices<ILoggerProvider>().OfType<OssAppendLoggerProvider>().Single();
        settings.Inner?.Begin(Write);
    }

    public void Write(EventLine line) => Write(_logger, line.Run, line.Writer, line.Stream, line.Number, line.Filler, line.Check);

    public void Flush() => _provider.FlushAsync().GetAwaiter().GetResult();

    public bool FlushToDisk() => _provider.FlushAsync(OssFlushTarget.Disk).GetAwaiter().GetResult();

    public DeliverySnapshot GetSnapshot() => _provider.GetSnapshot();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [LoggerMessage(LogLevel.Information, "{Run} w{Writer} s{Stream} n{Number} {Filler} |{Check}")]
    private static partial void Write(ILogger logger, string run, int writer, int stream, long number, string filler, string check);

    private static void Set(OssAppendLoggerOptions options, FrontDoorSettings settings)
    {
        options.Endpoint = settings.Service.Endpoint;
        options.Region = settings.Service.Region;
        options.Bucket = settings.Service.Bucket;
        options.AccessKeyId = settings.Service.AccessKeyId;
        options.AccessKeySecret = settings.Service.AccessKeySecret;
        options.SecurityToken = settings.Service.SecurityToken;
        options.ObjectKey = settings.ObjectKey;
        options.Formatter = MessageFormatter.FormatterName;
        options.ObjectSizeLimitBytes = settings.Pace.ObjectSizeLimitBytes;
        options.Compression = settings.Compression;
        options.ObjectHeader = settings.Header;
        options.IncludeSequence = settings.HasSequence;
        options.AppendInterval = settings.Pace.AppendInterval;
        options.AppendSizeLimitBytes = settings.Pace.AppendSizeLimitBytes;
        options.EventSizeLimitBytes = Pace.EventSizeLimit;
        options.DropTooLargeEvents = true;
        options.MemoryLimitBytes = settings.Pace.MemoryLimitBytes;
        options.BlockWhenFull = true;
        options.BlockTimeout = Pace.CloseTimeout;
        options.RetryDelay = settings.Pace.RetryDelay;
        options.RetryDelayLimit = settings.Pace.RetryDelayLimit;
        options.RefusalRetryDelay = Pace.RefusalRetryDelay;
        options.RequestTimeout = Pace.RequestTimeout;
        options.CloseTimeout = settings.CloseTimeout;
        options.BufferPath = settings.BufferPath;
        options.BufferSizeLimitBytes = settings.BufferSizeLimit;
        options.ReportToConsole = settings.IsVerbose;
        if (settings.Inner is not { } inner)
            return;

        (options.Endpoint, options.Region, options.Bucket, options.AccessKeyId, options.AccessKeySecret, options.SecurityToken) = (null, null, null, null, null, null);
        options.Client = inner.NewClient(settings.Service);
        options.Diagnostics = inner.NewDiagnostics();
    }
}
