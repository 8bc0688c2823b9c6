using System.Globalization;
using NLog;
using NLog.Common;
using NLog.Config;
using NLog.Layouts;
using NLog.Targets;
using NLog.Targets.Wrappers;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Reliability.Events;

namespace OssLogSinks.Reliability.FrontDoors;

/// <summary>An NLog factory with the target.</summary>
internal sealed class NLogFrontDoor : IFrontDoor
{
    private const string Template = "{Run:l} w{Writer} s{Stream} n{Number} {Filler:l} |{Check:l}";

    private readonly LogFactory _factory = new() { ThrowConfigExceptions = true };
    private readonly OssAppendTarget _target;
    private readonly Logger _logger;

    public NLogFrontDoor(FrontDoorSettings settings)
    {
        if (settings.IsVerbose)
        {
            InternalLogger.LogToConsoleError = true;
            InternalLogger.LogLevel = LogLevel.Info;
        }

        _target = new OssAppendTarget
        {
            Name = $"oss-{settings.Seed}",
            Endpoint = settings.Service.Endpoint,
            Region = settings.Service.Region,
            Bucket = settings.Service.Bucket,
            AccessKeyId = settings.Service.AccessKeyId,
            AccessKeySecret = settings.Service.AccessKeySecret,
            SecurityToken = settings.Service.SecurityToken ?? "",
            ObjectKey = settings.ObjectKey,
            Layout = settings.HasSequence ? "${message} ${oss-sequence}" : "${message}",
            IncludeSequence = settings.HasSequence,
            ObjectSizeLimitBytes = settings.Pace.ObjectSizeLimitBytes,
            Compression = settings.Compression,
            ObjectHeader = settings.Header is { } header ? Layout.FromLiteral(header) : null,
            AppendIntervalMilliseconds = (int)settings.Pace.AppendInterval.TotalMilliseconds,
            AppendSizeLimitBytes = settings.Pace.AppendSizeLimitBytes,
            EventSizeLimitBytes = Pace.EventSizeLimit,
            DropTooLargeEvents = true,
            MemoryLimitBytes = settings.Pace.MemoryLimitBytes,
            QueueLimit = settings.Pace.QueueLimit,
            OverflowAction = AsyncTargetWrapperOverflowAction.Block,
            RetryDelayMilliseconds = (int)settings.Pace.RetryDelay.TotalMilliseconds,
            RefusalRetryDelaySeconds = (int)Pace.RefusalRetryDelay.TotalSeconds,
            RequestTimeoutSeconds = (int)Pace.RequestTimeout.TotalSeconds,
            CloseTimeoutSeconds = (int)settings.CloseTimeout.TotalSeconds,
            FlushTimeoutSeconds = -1,
            BufferPath = settings.BufferPath is { } path ? Layout.FromLiteral(path) : null,
            BufferSizeLimitBytes = settings.BufferSizeLimit,
            FlushTarget = settings.BufferPath is null ? OssFlushTarget.Oss : OssFlushTarget.Disk,
            Configure = options =>
            {
                options.RetryDelayLimit = settings.Pace.RetryDelayLimit;
                options.Random = SeededChance.Of(settings.Seed);
            },
        };
        if (settings.Inner is { } inner)
            LogFromWithin(inner, settings);
        var configuration = new LoggingConfiguration(_factory);
        configuration.AddRuleForAllLevels(_target);
        _factory.Configuration = configuration;
        _logger = _factory.GetLogger("Reliability");
        // To the target itself: a logger says no more where an event goes once its factory is being shut down.
        settings.Inner?.Begin(line => _target.WriteAsyncLogEvent(new AsyncLogEventInfo(EventOf(line), static _ => { })));
    }

    public void Write(EventLine line) =>
        _logger.Info(Template, line.Run, line.Writer, line.Stream, line.Number, line.Filler, line.Check);

    public void Flush() => _factory.Flush(Pace.CloseTimeout);

    public bool FlushToDisk()
    {
        var flushed = new TaskCompletionSource<bool>();
        _target.Flush(failure => flushed.TrySetResult(failure is null));
        return flushed.Task.GetAwaiter().GetResult();
    }

    public DeliverySnapshot GetSnapshot() => _target.GetSnapshot();

    public ValueTask DisposeAsync() => new(Task.Run(_factory.Shutdown));

    private static LogEventInfo EventOf(EventLine line) =>
        LogEventInfo.Create(LogLevel.Info, "Reliability", CultureInfo.InvariantCulture, Template, [line.Run, line.Writer, line.Stream, line.Number, line.Filler, line.Check]);

    private void LogFromWithin(InnerLog inner, FrontDoorSettings settings)
    {
        var configure = _target.Configure!;
        (_target.Endpoint, _target.Region, _target.Bucket, _target.AccessKeyId, _target.AccessKeySecret, _target.SecurityToken) = (null, null, null, null, null, null);
        _target.Configure = options =>
        {
            configure(options);
            options.Client = inner.NewClient(settings.Service);
        };
        _target.Layout = new LoggingLayout(inner);
        // What comes after the close is to be in the target's own numbers.
        _target.DrainOnProcessExit = false;
        InternalLogger.LogLevel = LogLevel.Warn;
        InternalLogger.InternalEventOccurred += (_, e) =>
        {
            if (e.Level >= LogLevel.Warn && e.Message.Contains(_target.Name, StringComparison.Ordinal))
                inner.Log();
        };
    }

    [ThreadAgnostic]
    private sealed class LoggingLayout(InnerLog inner) : Layout
    {
        protected override string GetFormattedMessage(LogEventInfo logEvent)
        {
            inner.LogForRendered();
            return logEvent.FormattedMessage;
        }
    }
}
