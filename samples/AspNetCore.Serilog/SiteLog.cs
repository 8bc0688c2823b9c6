using Serilog.Sinks.OssAppend;

namespace SerilogSite;

/// <summary>What the site logs, and its view of the sink that ships it; appsettings.json names the monitor.</summary>
public static partial class SiteLog
{
    public static OssAppendMonitor Monitor { get; } = new();

    [LoggerMessage(LogLevel.Information, "Order {Order} was looked at")]
    public static partial void OrderSeen(ILogger logger, int order);
}
