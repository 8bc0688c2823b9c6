using NLog.Targets;
using OssLogSinks.Core;
using OssLogSinks.Core.Rolling;
using Serilog;
using Serilog.Sinks.OssAppend;

namespace Shop;

/// <summary>What an older host compiles against: both front doors and the core.</summary>
public static class ShopLogging
{
    public static ILogger CreateSerilog(OssAppendMonitor monitor) =>
        new LoggerConfiguration()
            .WriteTo.OssAppend(bucket: "my-logs", region: "cn-hangzhou", rollingInterval: OssRollingInterval.Day, monitor: monitor)
            .CreateLogger();

    public static Target CreateNLog() => new OssAppendTarget { Bucket = "my-logs", Region = "cn-hangzhou", RollingInterval = OssRollingInterval.Day };

    public static OssAppender CreateCore() => new(new OssAppenderOptions { Bucket = "my-logs", Region = "cn-hangzhou" });
}
