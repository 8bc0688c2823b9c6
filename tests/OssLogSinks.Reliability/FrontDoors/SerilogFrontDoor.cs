using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Reliability.Events;
using Serilog;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Sinks.OssAppend;

namespace OssLogSinks.Reliability.FrontDoors;

/// <summary>A Serilog logger with the sink.</summary>
internal sealed class SerilogFrontDoor : IFrontDoor
{
    private readonly OssAppendMonitor _monitor = new();
    private readonly Logger _logger;

    public SerilogFrontDoor(FrontDoorSettings settings)
    {
        if (settings.IsVerbose)
            SelfLog.Enable(Console.Error);

        var options = new OssAppendSinkOptions
        {
            Endpoint = settings.Service.Endpoint,
            Region = settings.Service.Region,
            Bucket = settings.Service.Bucket,
            AccessKeyId = settings.Service.AccessKeyId,
            AccessKeySecret = settings.Service.AccessKeySecret,
            SecurityToken = settings.Service.SecurityToken,
            ObjectKey = settings.ObjectKey,
            OutputTemplate = settings.HasSequence ? "{Message:lj} {OssSequence}{NewLine}" : "{Message:lj}{NewLine}",
            ObjectSizeLimitBytes = settings.Pace.ObjectSizeLimitBytes,
            Compression = settings.Compression,
            ObjectHeader = settings.Header,
            IncludeSequence = settings.HasSequence,
            AppendInterval = settings.Pace.AppendInterval,
            AppendSizeLimitBytes = settings.Pace.AppendSizeLimitBytes,
            EventSizeLimitBytes = Pace.EventSizeLimit,
            DropTooLargeEvents = true,
            MemoryLimitBytes = settings.Pace.MemoryLimitBytes,
            QueueLimit = settings.Pace.QueueLimit,
            BlockWhenFull = true,
            BlockTimeout = Pace.CloseTimeout,
            RetryDelay = settings.Pace.RetryDelay,
            RetryDelayLimit = settings.Pace.RetryDelayLimit,
            RefusalRetryDelay = Pace.RefusalRetryDelay,
            RequestTimeout = Pace.RequestTimeout,
            CloseTimeout = settings.CloseTimeout,
            BufferPath = settings.BufferPath,
            BufferSizeLimitBytes = settings.BufferSizeLimit,
            Monitor = _monitor,
        };
        if (settings.Inner is { } inner)
            LogFromWithin(options, inner, settings);
        _logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger();
        settings.Inner?.Begin(Write);
    }

    public void Write(EventLine line) =>
        _logger.Information("{Run} w{Writer} s{Stream} n{Number} {Filler} |{Check}", line.Run, line.Writer, line.Stream, line.Number, line.Filler, line.Check);

    public void Flush() => _monitor.FlushAsync().GetAwaiter().GetResult();

    public bool FlushToDisk() => _monitor.FlushAsync(OssFlushTarget.Disk).GetAwaiter().GetResult();

    public DeliverySnapshot GetSnapshot() => _monitor.GetSnapshot();

    public ValueTask DisposeAsync() => _logger.DisposeAsync();

    private static void LogFromWithin(OssAppendSinkOptions options, InnerLog inner, FrontDoorSettings settings)
    {
        (options.Endpoint, options.Region, options.Bucket, options.AccessKeyId, options.AccessKeySecret, options.SecurityToken) = (null, null, null, null, null, null);
        options.Client = inner.NewClient(settings.Service);
        options.Formatter = new LoggingFormatter(new MessageTemplateTextFormatter(options.OutputTemplate), inner);
        options.OutputTemplate = null!;
        // There is only one of it: the last writer has it.
        SelfLog.Enable(_ => inner.Log());
    }

    private sealed class LoggingFormatter(ITextFormatter formatter, InnerLog inner) : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output)
        {
            inner.LogForRendered();
            formatter.Format(logEvent, output);
        }
    }
}
