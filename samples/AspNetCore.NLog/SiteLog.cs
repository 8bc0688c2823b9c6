using NLog;
using NLog.Targets;
using OssLogSinks.Core.Telemetry;
using ILogger = Microsoft.Extensions.Logging.ILogger;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace NLogSite;

/// <summary>What the site logs, and its view of the target that ships it.</summary>
internal static partial class SiteLog
{
    /// <summary>The target of the configuration that is in force, which may be another after a reload.</summary>
    public static DeliverySnapshot GetSnapshot() =>
        LogManager.Configuration?.FindTargetByName<OssAppendTarget>("oss")?.GetSnapshot() ?? new DeliverySnapshot();

    [LoggerMessage(LogLevel.Information, "Order {Order} was looked at")]
    public static partial void OrderSeen(ILogger logger, int order);
}
