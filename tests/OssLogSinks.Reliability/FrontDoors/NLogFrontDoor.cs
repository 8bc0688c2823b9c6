using NLog;
using NLog.Common;
using NLog.Config;
using NLog.Layouts;
using NLog.Targets;
using NLog.Targets.Wrappers;
using OssLogSinks.Core;
using OssLogSinks.Core.Diagnostics;
using OssLogSinks.Reliability.Events;

namespace OssLogSinks.Reliability.FrontDoors;

/// <summary>An NLog factory with the target.</summary>
internal sealed class NLogFrontDoor : IFrontDoor
{
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
            Name = "oss",
            Endpoint = settings.Service.Endpoint,
            Region = settings.Service.Region,
            Bucket = settings.Service.Bucket,
            AccessKeyId = settings.Service.AccessKeyId,
            AccessKeySecret = settings.Service.AccessKeySecret,
            SecurityToken = settings.Service.SecurityToken ?? "",
            ObjectKey = settings.ObjectKey,
            Layout = "${message}",
            ObjectSizeLimit = settings.Pace.ObjectSizeLimit,
            Compression = settings.Compression,
            ObjectHeader = settings.Header is { } header ? Layout.FromLiteral(header) : null,
            AppendIntervalMilliseconds = (int)settings.Pace.AppendInterval.TotalMilliseconds,
            AppendSizeLimit = settings.Pace.AppendSizeLimit,
            RecordSizeLimit = Pace.EventSizeLimit,
            MemoryLimit = settings.Pace.MemoryLimit,
            QueueLimit = settings.Pace.QueueLimit,
            OverflowAction = AsyncTargetWrapperOverflowAction.Block,
            RetryDelayMilliseconds = (int)settings.Pace.RetryDelay.TotalMilliseconds,
            RefusalRetryDelaySeconds = (int)Pace.RefusalRetryDelay.TotalSeconds,
            RequestTimeoutSeconds = (int)Pace.RequestTimeout.TotalSeconds,
            CloseTimeoutSeconds = (int)settings.CloseTimeout.TotalSeconds,
            BufferPath = settings.BufferPath is { } path ? Layout.FromLiteral(path) : null,
            BufferSizeLimitBytes = settings.BufferSizeLimit,
            FlushTarget = settings.BufferPath is null ? OssFlushTarget.Oss : OssFlushTarget.Disk,
            Configure = options =>
            {
                options.RetryDelayLimit = settings.Pace.RetryDelayLimit;
                options.Random = SeededChance.Of(settings.Seed);
            },
        };
        var configuration = new LoggingConfiguration(_factory);
        configuration.AddRuleForAllLevels(_target);
        _factory.Configuration = configuration;
        _logger = _factory.GetLogger("Reliability");
    }

    public void Write(EventLine line) =>
        _logger.Info("{Run:l} w{Writer} s{Stream} n{Number} {Filler:l} |{Check:l}", line.Run, line.Writer, line.Stream, line.Number, line.Filler, line.Check);

    public void Flush() => _factory.Flush(Pace.CloseTimeout);

    public bool FlushToDisk()
    {
        var flushed = new TaskCompletionSource<bool>();
        _target.Flush(failure => flushed.TrySetResult(failure is null));
        return flushed.Task.GetAwaiter().GetResult();
    }

    public DeliverySnapshot GetSnapshot() => _target.GetSnapshot();

    public ValueTask DisposeAsync() => new(Task.Run(_factory.Shutdown));
}
