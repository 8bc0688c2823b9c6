using Microsoft.Extensions.Logging;
using NLog;
using NLog.Common;
using NLog.Config;
using NLog.Extensions.Logging;
using NLog.Layouts;
using NLog.Targets;
using NLog.Targets.Wrappers;

namespace OssLogSinks.EndToEnd.Child;

internal sealed class NLogFrontDoor : IFrontDoor
{
    private readonly Logger _logger;

    public NLogFrontDoor(Order order)
    {
        InternalLogger.LogToConsoleError = true;
        InternalLogger.LogLevel = NLog.LogLevel.Warn;
        var target = new OssAppendTarget
        {
            Name = "oss",
            Endpoint = order.Endpoint,
            Region = order.Region,
            Bucket = order.Bucket,
            AccessKeyId = order.AccessKeyId,
            AccessKeySecret = order.AccessKeySecret,
            ObjectKey = order.ObjectKey,
            Layout = "${message}",
            AppendIntervalMilliseconds = order.PeriodMilliseconds,
            CloseTimeoutSeconds = order.CloseTimeoutSeconds,
            FlushTimeoutSeconds = order.FlushTimeoutSeconds,
            RetryDelayMilliseconds = 5,
            RetryDelayLimitSeconds = 1,
            DrainOnProcessExit = order.DrainOnProcessExit,
            BufferPath = order.BufferPath is { } path ? Layout.FromLiteral(path) : null,
            FlushTarget = order.FlushTarget,
        };
        var fallback = new MethodCallTarget("lost", (logEvent, _) => Console.WriteLine("lost: " + logEvent.FormattedMessage));
        var configuration = new LoggingConfiguration();
        configuration.AddRule(NLog.LogLevel.Warn, NLog.LogLevel.Fatal, new NullTarget(), "Microsoft.*", final: true);
        configuration.LoggingRules.Add(new LoggingRule("Microsoft.*", NLog.LogLevel.Trace, NLog.LogLevel.Info, new NullTarget()) { Final = true });
        configuration.AddRuleForAllLevels(new FallbackGroupTarget("group", target, fallback) { ReturnToFirstOnSuccess = true });
        LogManager.Configuration = configuration;
        _logger = LogManager.GetLogger("Child");
    }

    public void Log(string text) => _logger.Info(text);

    public async Task FlushAsync()
    {
        var flushed = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        LogManager.Flush(flushed.SetResult, TimeSpan.FromSeconds(60));
        if (await flushed.Task is { } failure)
            throw new InvalidOperationException("The flush failed.", failure);
    }

    public void CloseAndFlush() => LogManager.Shutdown();

    public void AddTo(ILoggingBuilder logging) => logging.AddNLog(new NLogProviderOptions { RemoveLoggerFactoryFilter = false });
}
