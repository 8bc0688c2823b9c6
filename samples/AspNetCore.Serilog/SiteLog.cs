namespace SerilogSite;

/// <summary>What the site logs.</summary>
internal static partial class SiteLog
{
    [LoggerMessage(LogLevel.Information, "Order {Order} was looked at")]
    public static partial void OrderSeen(ILogger logger, int order);
}
