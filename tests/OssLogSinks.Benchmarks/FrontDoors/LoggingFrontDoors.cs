using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OssLogSinks.Extensions.Logging;
using Serilog;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>Providers of Microsoft.Extensions.Logging, each as its documentation configures it.</summary>
internal static class LoggingFrontDoors
{
    public static IFrontDoor Open(FrontDoorSettings settings) => settings.Kind switch
    {
        FrontDoorKind.LoggingOss => Oss(settings),
        FrontDoorKind.LoggingSerilogFile => SerilogFile(settings),
        _ => Console(),
    };

    private static LoggingFrontDoor Oss(FrontDoorSettings settings)
    {
        var services = Container(logging => logging.AddOssAppend(options =>
        {
            options.Endpoint = settings.Service?.Endpoint;
            options.Region = settings.Service?.Region;
            options.Bucket = settings.Service?.Bucket;
            options.AccessKeyId = settings.Service?.AccessKeyId;
            options.AccessKeySecret = settings.Service?.AccessKeySecret;
            options.ObjectKey = settings.ObjectKey;
            options.Formatter = settings.Format == LineFormat.Clef ? OssAppendLoggerOptions.ClefFormatter : OssAppendLoggerOptions.LineFormatter;
            options.BlockWhenFull = settings.WaitsForSpace;
            options.BlockTimeout = Timeout.InfiniteTimeSpan;
            options.CloseTimeout = settings.CloseTimeout;
            options.MemoryLimitBytes = settings.MemoryLimitBytes ?? options.MemoryLimitBytes;
        }));
        var provider = services.GetServices<ILoggerProvider>().OfType<OssAppendLoggerProvider>().Single();
        return new LoggingFrontDoor(services, () => FrontDoorCounts.Of(provider.GetSnapshot()));
    }

    // What most people use who log to a file through this framework.
    private static LoggingFrontDoor SerilogFile(FrontDoorSettings settings)
    {
        var logger = new LoggerConfiguration()
            .WriteTo.File(Formatters.Theirs(settings.Format), Path.Combine(settings.Folder, "app.log"), fileSizeLimitBytes: null, buffered: true)
            .CreateLogger();
        return new LoggingFrontDoor(Container(logging => logging.AddSerilog(logger, dispose: true)), () => new FrontDoorCounts());
    }

    // The console's own queue and formatter, and the same text as ours; what it writes goes nowhere.
    private static LoggingFrontDoor Console()
    {
        var output = System.Console.Out;
        System.Console.SetOut(TextWriter.Null);
        var services = Container(logging => logging.AddSimpleConsole(options => (options.SingleLine, options.TimestampFormat) = (true, new OssAppendLoggerOptions().TimestampFormat + ' ')));
        _ = services.GetRequiredService<ILoggerFactory>();
        System.Console.SetOut(output);
        return new LoggingFrontDoor(services, () => new FrontDoorCounts());
    }

    private static ServiceProvider Container(Action<ILoggingBuilder> add) => new ServiceCollection().AddLogging(add).BuildServiceProvider();
}
