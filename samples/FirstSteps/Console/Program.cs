using OssLogSinks.Core.Rolling;
using Serilog;
using Serilog.Debugging;

SelfLog.Enable(Console.Error); // The sink and Serilog itself report their errors here.

Log.Logger = new LoggerConfiguration()
    .WriteTo.OssAppend(
        bucket: "my-logs",
        region: "cn-hangzhou",
        endpoint: Environment.GetEnvironmentVariable("OSS_ENDPOINT"),
        objectKey: "shop/{MachineName}/app-.log",
        rollingInterval: OssRollingInterval.Day)
    .CreateLogger();

Log.Information("Order {Order} was paid", 4711);
await Log.CloseAndFlushAsync();
