namespace LoggingSite;

/// <summary>What the site logs.</summary>
internal static partial class SiteLog
{
    [LoggerMessage(LogLevel.Information, "Order {Order} was looked at")]
    public static partial void OrderSeen(ILogger logger, int order);

    [LoggerMessage(LogLevel.Information, "{Method} {Path} {Status}")]
    public static partial void Answered(ILogger logger, string method, string path, int status);
}
