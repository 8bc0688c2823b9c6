using NLog;
using NLog.Common;
using NLog.Config;
using NLog.Layouts;
using NLog.Targets;
using OssLogSinks.Battery.Parts;
using OssLogSinks.Core.Keys;

namespace OssLogSinks.Battery.FrontDoors;

internal sealed class NLogFrontDoor : IFrontDoor
{
    private readonly Logger _logger;

    public NLogFrontDoor(PartOrder order)
    {
        InternalLogger.LogToConsoleError = true;
        InternalLogger.LogLevel = LogLevel.Warn;
        var configuration = new LoggingConfiguration();
        configuration.AddRuleForAllLevels(new OssAppendTarget
        {
            Name = "oss",
            Endpoint = order.Endpoint,
            Region = SharedSettings.Region,
            Bucket = order.Bucket,
            AccessKeyId = order.AccessKeyId,
            AccessKeySecret = order.AccessKeySecret,
            ObjectKey = order.Key,
            Layout = "${message}",
            AppendIntervalMilliseconds = order.Interval,
            CloseTimeoutSeconds = order.CloseTimeout,
            FlushTimeoutSeconds = -1,
            Compression = order.IsGzip ? OssCompression.Gzip : OssCompression.None,
            ObjectSizeLimitBytes = order.ObjectSize,
            BufferPath = order.BufferPath is { } path ? Layout.FromLiteral(path) : null,
            FlushTarget = order.FlushTarget(),
            Configure = SharedSettings.Hurry,
        });
        LogManager.Configuration = configuration;
        _logger = LogManager.GetLogger("Battery");
    }

    public void Log(string text) => _logger.Info(text);

    public Task<bool> FlushAsync()
    {
        var flushed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        LogManager.Flush(failure => flushed.TrySetResult(failure is null), TimeSpan.FromMinutes(2));
        return flushed.Task;
    }

    public void Close() => LogManager.Shutdown();
}
