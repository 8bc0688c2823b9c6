// snippet: usings
using Microsoft.Extensions.Logging;
using NLog;
using NLog.Targets;
using Serilog;
using Serilog.Debugging;
// end

// A native program logs through Serilog, NLog and Microsoft.Extensions.Logging into OSS: where it is and with which key says the environment.
//   dotnet run --project src/OssLogSinks.Emulator        (or the real OSS)
//   dotnet publish samples/NativeAot -o native && OSS_ENDPOINT=… OSS_ACCESS_KEY_ID=… OSS_ACCESS_KEY_SECRET=… native/NativeAot
// snippet: native
var endpoint = Environment.GetEnvironmentVariable("OSS_ENDPOINT") ?? "";
var bucket = Environment.GetEnvironmentVariable("OSS_BUCKET") ?? "logs";

SelfLog.Enable(Console.Error);
Log.Logger = new LoggerConfiguration()
    .WriteTo.OssAppend(bucket: bucket, region: "cn-hangzhou", endpoint: endpoint, objectKey: "native/serilog.log")
    .CreateLogger();

LogManager.Setup()
    .SetupInternalLogger(internalLog => internalLog.SetMinimumLogLevel(NLog.LogLevel.Warn).LogToConsole(true))
    .SetupExtensions(extensions => extensions.RegisterTarget<OssAppendTarget>("OssAppend"))
    .LoadConfiguration(configuration => configuration.ForLogger().WriteTo(new OssAppendTarget
    {
        Name = "oss",
        Bucket = bucket,
        Region = "cn-hangzhou",
        Endpoint = endpoint,
        ObjectKey = "native/nlog.log",
    }));

var loggers = LoggerFactory.Create(logging => logging.AddOssAppend(options =>
{
    options.Bucket = bucket;
    options.Region = "cn-hangzhou";
    options.Endpoint = endpoint;
    options.ObjectKey = "native/logging.log";
}));
// end

var logger = LogManager.GetLogger("Native");
var paid = LoggerMessage.Define<int>(Microsoft.Extensions.Logging.LogLevel.Information, default, "Order {Order} was paid");
var plain = loggers.CreateLogger("Native");
for (var order = 0; order < 1000; order++)
{
    Log.Information("Order {Order} was paid", order);
    logger.Info("Order {Order} was paid", order);
    paid(plain, order, null);
}

await Log.CloseAndFlushAsync();
LogManager.Shutdown();
loggers.Dispose();
Console.WriteLine("1000 orders were paid, and logged three times.");
