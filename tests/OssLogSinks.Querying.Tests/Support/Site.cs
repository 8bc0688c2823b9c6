using System.Globalization;
using Microsoft.Extensions.Configuration;
using NLog;
using NLog.Config;
using NLog.Targets;
using OssLogSinks.Core.Keys;
using OssLogSinks.Emulator;
using Serilog;
using Serilog.Events;
using Serilog.Parsing;

namespace OssLogSinks.Querying.Tests.Support;

/// <summary>What a site logs: orders, at times that are given, through a front door that its configuration file sets up.</summary>
internal static class Site
{
    public const string Bucket = "my-logs";

    private static readonly MessageTemplate Paid = new MessageTemplateParser().Parse("Order {Order} was \"paid\" with {Amount} €");

    /// <summary>Logs an event for each time, numbered from 0, into objects that are compressed or not.</summary>
    public static void Log(OssEmulator oss, string front, OssCompression compression, IReadOnlyList<DateTimeOffset> times)
    {
        // In two lives of the logger, so that every object has two appends, and compressed two members.
        for (var life = 0; life < 2; life++)
        {
            var orders = Enumerable.Range(0, times.Count).Where(order => order % 2 == life);
            if (front == "Serilog")
                LogWithSerilog(oss, compression, orders, times);
            else
                LogWithNLog(oss, compression, orders, times);
        }
    }

    private static void LogWithSerilog(OssEmulator oss, OssCompression compression, IEnumerable<int> orders, IReadOnlyList<DateTimeOffset> times)
    {
        const string Args = "Serilog:WriteTo:Oss:Args:";
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(File("appsettings.json"))
            .AddInMemoryCollection([
                new(Args + "endpoint", oss.Endpoint.ToString()),
                new(Args + "accessKeyId", oss.AccessKeyId),
                new(Args + "accessKeySecret", oss.AccessKeySecret),
                new(Args + "compression", compression.ToString()),
            ])
            .Build();
        using var logger = new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger();
        foreach (var i in orders)
            logger.Write(new LogEvent(times[i], LevelOf(i), null, Paid, [new("Order", new ScalarValue(i)), new("Amount", new ScalarValue(i / 8m))]));
    }

    private static void LogWithNLog(OssEmulator oss, OssCompression compression, IEnumerable<int> orders, IReadOnlyList<DateTimeOffset> times)
    {
        var factory = new LogFactory { ThrowConfigExceptions = true };
        var configuration = new XmlLoggingConfiguration(File("nlog.config"), factory);
        var target = configuration.FindTargetByName<OssAppendTarget>("oss")!;
        target.Endpoint = oss.Endpoint.ToString();
        target.AccessKeyId = oss.AccessKeyId;
        target.AccessKeySecret = oss.AccessKeySecret;
        target.Compression = compression;
        factory.Configuration = configuration;
        var logger = factory.GetLogger("Shop");
        foreach (var i in orders)
        {
            logger.Log(new LogEventInfo(LevelOf(i) == LogEventLevel.Warning ? NLog.LogLevel.Warn : NLog.LogLevel.Info, "Shop", CultureInfo.InvariantCulture, "Order {Order} was \"paid\" with {Amount} €", [i, i / 8m])
            {
                TimeStamp = times[i].UtcDateTime,
            });
        }

        factory.Shutdown();
    }

    private static LogEventLevel LevelOf(int order) => order % 5 == 0 ? LogEventLevel.Warning : LogEventLevel.Information;

    private static string File(string name) => Path.Combine(AppContext.BaseDirectory, "Querying", name);
}
